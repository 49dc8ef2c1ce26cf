"""The instructor's side of the course: isolation, judging, running many, auditing, reporting."""
