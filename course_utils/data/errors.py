"""The error of everything that fetches or reads data from outside the package."""

from __future__ import annotations


class CourseDataError(RuntimeError):
    """Data or a model could not be fetched or read; the message says what was expected, what came and what to do."""


class DamagedDataError(CourseDataError):
    """A file is cut off or garbled, so that fetching it again may help."""
