"""What a mail says, as frozen values that templates and the archive are given."""
