"""How alike names and titles are: pure functions on texts."""
