"""Tests that start what an operator starts, as real processes."""
