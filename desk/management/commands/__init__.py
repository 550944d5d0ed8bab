"""Commands of the desk, a module each."""
