"""Grades many submissions of a lab in parallel; one writer saves the results as they come in."""
