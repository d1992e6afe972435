"""The one truth: documents, annotations, work, stories, alerts and runs in SQL."""
