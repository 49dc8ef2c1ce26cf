"""Names of students' folders that nbgrader cannot work with."""

from __future__ import annotations

import glob


def unusable_name(student: str) -> str | None:
    """Why nbgrader cannot work with a student's folder of this name; None if it can."""
    if student != student.strip() or not student.isprintable():
        return (
            f"the folder name {student!r} starts or ends with a space, or has characters that are not text; rename it"
        )
    if glob.escape(student) != student:
        return f"the folder name {student!r} contains *, ? or [, which nbgrader cannot handle; rename the folder"
    return None
