"""Data sets of the labs: generated from a seed in moments, and the real ones that they stand for."""
