"""Finds the notebook of a submission, or says what is there instead."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

MAX_LISTED = 5
MAX_DEPTH = 3
MAX_ENTRIES = 1_000  # files and folders that are listed at most
# Browsers and mail programs add the second ending.
_NOTEBOOK = re.compile(r".*\.ipynb(\.txt|\.json)?", re.IGNORECASE | re.DOTALL)


def other_notebooks(expected: Path) -> list[Path]:
    """Notebooks in the folder of the expected one, by name."""
    return sorted(path for path in expected.parent.iterdir() if _NOTEBOOK.fullmatch(path.name) and not path.is_dir())


def describe_missing(expected: Path) -> str:
    """A sentence on what the folder contains instead of the notebook."""
    if others := other_notebooks(expected):
        names = [path.name for path in others]
        return f"Expected a notebook named {expected.name}, found {listing(names)}: was it renamed?"
    files = sorted(files_below(expected.parent))
    found = f"found {listing(files)}" if files else "the folder is empty"
    return f"The submission contains no notebook: expected {expected.name}, {found}."


def files_below(folder: Path, max_depth: int = MAX_DEPTH) -> Iterator[str]:
    """Files below `folder`, as relative paths; at most MAX_ENTRIES files and folders, at most `max_depth` deep.

    A folder below it that may not be read counts as a file.
    """
    pending, entries = [("", 1)], 0
    while pending:
        place, depth = pending.pop()
        try:
            scanned = os.scandir(folder / place)
        except PermissionError:
            if not place:
                raise
            yield place.rstrip("/")
            continue
        with scanned as found:
            for entry in found:
                entries += 1
                if entries > MAX_ENTRIES:
                    return
                name = f"{place}{entry.name}"
                if not entry.is_dir(follow_symlinks=False):
                    yield name
                elif depth < max_depth:
                    pending.append((f"{name}/", depth + 1))


def listing(names: list[str]) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - MAX_LISTED} more" if len(names) > MAX_LISTED else ""
    return ", ".join(names[:MAX_LISTED]) + more
