"""Prompts, digests and their delivery: the rows that say which mail is due."""
