"""Questions -> answers: the query language, its backends, highlights, trends."""
