"""What people read of a file: letters in whatever charset, pages without their tags."""
