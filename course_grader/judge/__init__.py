"""The judge: holds the executed reference, runs the test cells, and never runs anything of a student's."""
