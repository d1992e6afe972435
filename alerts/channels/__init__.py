"""Ways out of the machine: one file per channel."""
