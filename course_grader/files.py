"""Writes a file in one step: readers see the old file or the new one, and never half of it."""

from __future__ import annotations

import os
from pathlib import Path


def write_in_one_step(path: Path, text: str, encoding: str = "utf-8") -> None:
    """Write `text` to `path`, whose folder is made if it is missing. OSError if it cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = draft_of(path)
    draft.write_text(text, encoding=encoding)
    draft.replace(path)


def draft_of(path: Path) -> Path:
    """Where this process writes the file before it takes its place."""
    return path.with_name(f"{path.name}.{os.getpid()}.part")
