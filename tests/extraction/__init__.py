"""Tests of what is proposed from texts."""
