"""The pututu command."""
