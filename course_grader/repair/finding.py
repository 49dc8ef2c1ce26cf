"""Which file of a submission is its notebook."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

MAX_LISTED = 5
MAX_DEPTH = 3
MAX_ENTRIES = 1_000  # looked at, however many there are


def other_notebooks(expected: Path) -> list[Path]:
    """Notebooks beside the place where one was expected, by name."""
    return sorted(path for path in expected.parent.iterdir() if path.suffix == ".ipynb" and not path.is_dir())


def describe_missing(expected: Path) -> str:
    """What lies in the folder instead of the notebook."""
    if others := other_notebooks(expected):
        names = [_printable(path.name) for path in others]
        return f"Expected a notebook named {expected.name}, found {_listing(names)}: was it renamed?"
    files = sorted(_printable(path) for path in files_below(expected.parent))
    found = f"found {_listing(files)}" if files else "the folder is empty"
    return f"The submission contains no notebook: expected {expected.name}, {found}."


def files_below(folder: Path, max_depth: int = MAX_DEPTH) -> Iterator[str]:
    """Files below `folder`, as paths within it, to a depth and a number that nobody's own work reaches."""
    pending, entries = [("", 1)], 0
    while pending:
        place, depth = pending.pop()
        with os.scandir(folder / place) as found:
            for entry in found:
                entries += 1
                if entries > MAX_ENTRIES:
                    return
                name = f"{place}{entry.name}"
                if not entry.is_dir(follow_symlinks=False):
                    yield name
                elif depth < max_depth:
                    pending.append((f"{name}/", depth + 1))


def _printable(name: str) -> str:
    """Bytes that are not text are shown as question marks."""
    return name.encode(errors="replace").decode()


def _listing(names: list[str]) -> str:
    more = f" and {len(names) - MAX_LISTED} more" if len(names) > MAX_LISTED else ""
    return ", ".join(names[:MAX_LISTED]) + more
