"""Grades many submissions of a lab: in parallel up to their results, which one writer saves as they come in."""
