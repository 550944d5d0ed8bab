"""Reads across tables, shared by every door."""
