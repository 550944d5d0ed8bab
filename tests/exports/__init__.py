"""Tests of the export files."""
