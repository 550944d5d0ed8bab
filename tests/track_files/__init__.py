"""Track records in files: reading, checking, showing, and the command."""
