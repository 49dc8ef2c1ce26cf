"""Finds a submission's other files: helper modules and data that its cells may read while they are graded."""

from __future__ import annotations

import os
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path

from course_grader.repair.finding import files_below
from course_grader.repair.notes import Notes
from course_grader.results import OtherFiles

MAX_FILES = 100
_NOT_HANDED_IN = ("timestamp.txt", ".*", "__pycache__", "*.pyc")  # left by nbgrader, editors and systems


def find_other_files(notebook: Path, allowed: Sequence[str], max_mb: float, notes: Notes) -> OtherFiles:
    """The files beside `notebook` whose names match `allowed`, at most `max_mb` in total; `notes` lists the others."""
    folder = notebook.parent
    names: list[str] = []
    refused: list[str] = []
    megabytes = 0.0
    for name in sorted(files_below(folder)):
        if name == notebook.name or any(fnmatch(part, own) for part in name.split("/") for own in _NOT_HANDED_IN):
            continue
        path = folder / name
        size = path.lstat().st_size / (1 << 20)
        if path.is_symlink() or not path.is_file() or not any(fnmatch(path.name, pattern) for pattern in allowed):
            refused.append(name)
        elif not os.access(path, os.R_OK):
            refused.append(f"{name} (cannot be read)")
        elif len(names) == MAX_FILES:
            refused.append(f"{name} (too many files)")
        elif megabytes + size > max_mb:
            refused.append(f"{name} (too large)")
        else:
            names.append(name)
            megabytes += size
    if refused:
        listed = ", ".join(refused[:5]) + (f" and {len(refused) - 5} more" if len(refused) > 5 else "")
        notes.add(f"Files that this lab does not allow were left out: {listed}.", needs_review=False)
    return OtherFiles(folder, tuple(names))
