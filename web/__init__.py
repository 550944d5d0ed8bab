"""Door: the public pages."""
