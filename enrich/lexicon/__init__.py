"""The word lists of the steps, as TOML."""
