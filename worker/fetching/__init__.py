"""Fetching pages that strangers serve: whom to ask, how long, how much, what to read of it."""
