"""The shapes of what the endpoints answer; an allow-list, field by field."""
