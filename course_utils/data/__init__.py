"""Data sets of the labs: small ones that are made on the spot, from a seed."""
