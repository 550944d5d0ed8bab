"""How dates are written where no template says so, as in the admin."""
