"""The synthetic track record: invented experts on invented questions, from a fixed seed."""
