"""One file per outlet: facts with their evidence, and at most a few overrides. The file's name is the source's slug."""
