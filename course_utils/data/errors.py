"""The errors raised when data from outside the package cannot be fetched or read."""

from __future__ import annotations


class CourseDataError(RuntimeError):
    """Data or a model could not be fetched or read; the message says what was expected, what was found, what to do."""


class DamagedDataError(CourseDataError):
    """A file is truncated or corrupt; fetching it again may help."""
