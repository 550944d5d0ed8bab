"""How alike names and titles are."""
