"""Door: the demo, one real article and an invented track record."""
