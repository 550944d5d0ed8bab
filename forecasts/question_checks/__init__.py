"""What is unclear in the wording of a question: pure functions on texts and times, no clock."""
