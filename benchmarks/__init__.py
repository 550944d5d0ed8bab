"""Measurements of Hindcast itself: what it costs, and whether its statistics keep their word."""
