"""Document -> annotations, one pure step per file."""
