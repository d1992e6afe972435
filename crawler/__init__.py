"""The web -> pages -> Document: sources, the durable frontier's spiders, the archive, extraction."""
