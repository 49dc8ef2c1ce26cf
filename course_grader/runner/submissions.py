"""What was handed in: found in nbgrader's layout, and copied to a place of our own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from course_grader.notebooks import CourseError


@dataclass(frozen=True)
class Submission:
    """One student's folder for a lab; `messages` go into the result."""

    student: str
    folder: Path
    messages: tuple[str, ...] = ()


def find_submissions(directory: Path, lab: str, student: str | None = None) -> list[Submission]:
    """Every `<student>/<lab>/` in `directory`, by name. CourseError where there is none, or not `student`'s."""
    if not directory.is_dir():
        raise CourseError(f"there is no folder {directory}; expected submissions as {_layout(directory, lab)}")
    folders = sorted(entry for entry in directory.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    found = [Submission(folder.name, folder / lab) for folder in folders if (folder / lab).is_dir()]
    if not found:
        raise CourseError(f"no submission of {lab}: expected {_layout(directory, lab)}, found {_listing(directory)}")
    if student is None:
        return found
    if not (chosen := [submission for submission in found if submission.student == student]):
        names = ", ".join(submission.student for submission in found)
        raise CourseError(f"no submission of {lab} by {student!r} in {directory}; there are: {names}")
    return chosen


def take_copy(submission: Submission, lab: str, destination: Path) -> Submission:
    """The submission as a copy in `destination/<student>/<lab>`; the original is only read.

    Links stay behind: one that points out of the folder would bring another file, such as the solution, into it.
    """
    left_out: list[str] = []

    def links(folder: str, names: list[str]) -> set[str]:
        found = {name for name in names if not _is_plain(Path(folder, name))}
        left_out.extend(sorted(found))
        return found

    copy = destination / submission.student / lab
    shutil.copytree(submission.folder, copy, ignore=links)
    _make_writable(copy)  # collected submissions are often read-only, and the copy goes away after the run
    messages = (f"left out, as links or special files: {', '.join(left_out)}",) if left_out else ()
    return Submission(submission.student, copy, messages)


def _is_plain(path: Path) -> bool:
    return not path.is_symlink() and (path.is_file() or path.is_dir())


def _make_writable(folder: Path) -> None:
    for place, _, files in os.walk(folder):
        os.chmod(place, 0o755)
        for name in files:
            os.chmod(Path(place, name), 0o644)


def _layout(directory: Path, lab: str) -> str:
    return f"{directory}/<student>/{lab}/{lab}.ipynb"


def _listing(directory: Path, limit: int = 5) -> str:
    """What lies in a folder, two levels deep, shortened."""
    found = [str(path.relative_to(directory)) for path in _two_levels(directory)]
    more = f" and {len(found) - limit} more" if len(found) > limit else ""
    return (", ".join(found[:limit]) or "nothing") + more


def _two_levels(directory: Path) -> Iterator[Path]:
    for entry in sorted(directory.iterdir()):
        inside = sorted(entry.iterdir()) if entry.is_dir() else []
        yield from inside or [entry]
