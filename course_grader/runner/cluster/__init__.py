"""Grades on the workers of a Dask cluster: the side of the command, and the side of a worker."""
