"""Tests of what starts, tests and checks Hindcast."""
