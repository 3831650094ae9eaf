"""Many signatures at once: JSON lines in, JSON lines out, in order, on every core."""
