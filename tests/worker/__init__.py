"""Tests of the worker door."""
