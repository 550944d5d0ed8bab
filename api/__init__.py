"""Door: the public REST API."""
