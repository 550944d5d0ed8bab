"""What starts, tests and checks Hindcast: the standard library only, no part of the service."""
