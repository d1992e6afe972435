"""The shared words of every room: documents, terms, dates, addresses, settings, errors. Imports nothing of ours."""
