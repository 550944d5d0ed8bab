"""The demo: what it loads, where, and what it refuses."""
