"""A bundled, clearly fictional press, to see the whole job anywhere."""
