"""Import files: rows of records as others wrote them, read, checked and compared."""
