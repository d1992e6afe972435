"""A saved question, asked of each new document, and its mails."""
