"""What: one function per kind of work."""
