"""Exceptions in one sentence, for messages that instructors and students read."""

from __future__ import annotations

_ADVERT = "(Background on this error at: "  # SQLAlchemy's last line


def one_sentence(error: BaseException) -> str:
    """The text that says most: the first line of the message, with the type where the text alone says little."""
    lines = [line for line in str(error).strip().splitlines() if line and not line.startswith(_ADVERT)]
    kind = type(error).__name__
    if type(error).__module__.startswith("course_grader."):  # our own errors are sentences
        return lines[0] if lines else kind
    return f"{kind}: {lines[0]}" if lines else kind
