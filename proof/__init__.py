"""Proof: how good the tags, stories and translations are, measured on labelled sets and written down (`pututu evaluate`)."""
