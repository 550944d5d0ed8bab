"""Commands of the domain: they need no door."""
