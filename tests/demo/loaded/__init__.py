"""Tests of what the loaded demo holds."""
