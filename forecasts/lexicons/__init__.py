"""Lexicons as files: published tables of phrases and ranges, and ours for spoken forms."""
