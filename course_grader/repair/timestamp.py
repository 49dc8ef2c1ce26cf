"""When a submission was handed in, from timestamp.txt. Students can write that file, too."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from course_grader.repair.notes import Notes

MAX_BYTES = 200


def read_timestamp(folder: Path, notes: Notes) -> datetime | None:
    """The time in `folder`/timestamp.txt as nbgrader stores it (UTC, without a time zone); None if there is none."""
    from nbgrader.utils import parse_utc  # slow, and only submissions from nbgrader's exchange have the file

    path = folder / "timestamp.txt"
    if path.is_symlink() or not path.is_file():
        return None
    with path.open("rb") as file:
        text = file.read(MAX_BYTES).decode(errors="replace").strip()
    try:
        if not re.match(r"\d{4}-\d\d-\d\d", text):  # the parser also accepts `now` and much else
            raise ValueError
        return parse_utc(text)
    except (AttributeError, ValueError, OverflowError, TypeError):
        notes.add("timestamp.txt contains no valid timestamp and is ignored.", needs_review=False)
        return None
