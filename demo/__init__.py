"""Door: the demo and what it shows."""
