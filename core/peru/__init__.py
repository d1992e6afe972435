"""Peru's places and names: the gazetteer's data and how it is read."""
