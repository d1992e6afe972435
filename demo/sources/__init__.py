"""The source files of the fictional press."""
