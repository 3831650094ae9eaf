"""An NCALayer to sign with on the stand: the real protocol, keys of invented people."""
