"""Errors that a sentence can explain, and the sentence of any other."""

from __future__ import annotations

_ADVERT = "(Background on this error at: "  # SQLAlchemy's last line


class CourseError(Exception):
    """A mistake of the instructor's that a sentence can explain; the command line prints it without a traceback."""


def one_sentence(error: BaseException) -> str:
    """The first line of the message, after the exception's type unless the error is one of our own sentences."""
    lines = [line for line in str(error).strip().splitlines() if line and not line.startswith(_ADVERT)]
    kind = type(error).__name__
    if isinstance(error, CourseError):
        return lines[0] if lines else kind
    return f"{kind}: {lines[0]}" if lines else kind
