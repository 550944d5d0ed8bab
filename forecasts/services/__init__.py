"""Writes: one function per use case. Each is atomic, keyword-only, and returns the row."""
