"""Data sets of the labs: generated ones, made on the spot from a seed, and the real ones that they stand for."""
