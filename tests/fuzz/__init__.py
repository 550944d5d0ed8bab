"""Trying to break the API: its own description turned against it, and hostile requests."""
