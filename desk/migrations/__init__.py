"""Migrations of the desk's proxy."""
