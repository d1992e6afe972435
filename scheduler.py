"""When: the jobs."""
