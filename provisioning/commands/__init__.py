"""The commands of provisioning, one module each; rules live elsewhere."""
