"""Errors that one sentence explains, what to install, and a one-sentence summary of any other error."""

from __future__ import annotations

# How the lines begin that SQLAlchemy adds below its message.
SQLALCHEMY_EXTRAS = ("(Background on this error at: ", "[SQL: ", "[parameters: ")


class CourseError(Exception):
    """A mistake that the instructor can fix and one sentence explains. The command prints it without a traceback."""


def to_install(extra: str) -> str:
    """What to do about a missing package of one of pyproject.toml's extras.

    Not by the course's name: in a package index, that name may belong to somebody else.
    """
    return f"run make setup or, in an environment of your own, pip install -e '.[{extra}]' in the course folder"


def one_sentence(error: BaseException) -> str:
    """The first line of the message; preceded by the exception's type unless it is a CourseError."""
    lines = [line for line in str(error).strip().splitlines() if line and not line.startswith(SQLALCHEMY_EXTRAS)]
    kind = type(error).__name__
    if isinstance(error, CourseError):
        return lines[0] if lines else kind
    return f"{kind}: {lines[0]}" if lines else kind
