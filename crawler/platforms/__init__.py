"""One file per kind of place where items are listed."""
