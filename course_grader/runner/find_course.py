"""Finds the course folder in which a command works."""

from __future__ import annotations

from pathlib import Path

from course_grader.errors import CourseError

CONFIG = "nbgrader_config.py"


def find_course(given: Path | None = None) -> Path:
    """The course folder: `given`, or else the current folder or the nearest above it. CourseError if there is none."""
    start = (given or Path.cwd()).resolve()
    for folder in [start] if given else [start, *start.parents]:
        if (folder / CONFIG).is_file() and (folder / "solutions").is_dir():
            return folder
    where = f"in {start}" if given else f"in {start} or above it"
    raise CourseError(f"no course {where}: expected {CONFIG} beside a folder solutions/; give it with --course DIR")
