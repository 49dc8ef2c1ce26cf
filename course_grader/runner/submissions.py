"""Finds submissions in nbgrader's folder layout."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from course_grader.errors import CourseError
from course_grader.repair import Submission


def find_submissions(directory: Path, lab: str, student: str | None = None) -> list[Submission]:
    """Every `<student>/<lab>/` in `directory`, by name. CourseError if there is none, or none by `student`."""
    if not directory.is_dir():
        raise CourseError(f"no folder {directory}; expected submissions as {_layout(directory, lab)}")
    folders = sorted(entry for entry in directory.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    found = [Submission(folder.name, lab, folder / lab) for folder in folders if (folder / lab).is_dir()]
    if not found:
        raise CourseError(f"no submission of {lab}: expected {_layout(directory, lab)}, found {_listing(directory)}")
    if student is None:
        return found
    if not (chosen := [submission for submission in found if submission.student == student]):
        names = ", ".join(submission.student for submission in found)
        raise CourseError(f"no submission of {lab} by {student!r} in {directory}; found: {names}")
    return chosen


def has_submissions(directory: Path, lab: str, student: str | None = None) -> bool:
    """Whether `find_submissions` would find any."""
    try:
        return bool(find_submissions(directory, lab, student))
    except CourseError:
        return False


def _layout(directory: Path, lab: str) -> str:
    return f"{directory}/<student>/{lab}/{lab}.ipynb"


def _listing(directory: Path, limit: int = 5) -> str:
    """The contents of a folder, two levels deep, shortened."""
    found = [str(path.relative_to(directory)) for path in _two_levels(directory)]
    more = f" and {len(found) - limit} more" if len(found) > limit else ""
    return (", ".join(found[:limit]) or "nothing") + more


def _two_levels(directory: Path) -> Iterator[Path]:
    for entry in sorted(directory.iterdir()):
        inside = sorted(entry.iterdir()) if entry.is_dir() else []
        yield from inside or [entry]
