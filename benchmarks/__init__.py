"""Measurements, each with a ratio as its limit."""
