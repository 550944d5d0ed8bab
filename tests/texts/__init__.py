"""Tests of reading texts from files and pages."""
