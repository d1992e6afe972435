"""Neural translation engines: model folders, how they are fetched and made, and the two libraries that run them."""
