"""What the benchmarks share: their messages, their clock, their report, and the peer."""
