"""What is unclear in the wording of a question."""
