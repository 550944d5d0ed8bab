"""What editors do with issues: look ahead, write a note, send a test, hold and let go."""
