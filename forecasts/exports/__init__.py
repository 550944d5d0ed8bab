"""Export files: all that is public as tables, written as a stream with checksums."""
