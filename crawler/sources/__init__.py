"""One small file of facts per outlet."""
