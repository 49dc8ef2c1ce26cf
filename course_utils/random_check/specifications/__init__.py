"""Exercises as plain Python: a module for each lab, a function for each exercise, named as the exercise is."""
