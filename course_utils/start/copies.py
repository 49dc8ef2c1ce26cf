"""Where the labs are, and the copies that a student works in: labs/ never changes."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

WORK = "work"


class StartError(Exception):
    """Something that one sentence explains: no labs here, or no lab of this name."""


def find_labs(start: Path) -> Path:
    """The course folder: `start` or the nearest folder above it that contains labs/. StartError if there is none."""
    for folder in [start, *start.parents]:
        if lab_names(folder):
            return folder
    raise StartError(
        f"expected a folder labs/ with the course's labs in {start} or above it, found none: go there first"
    )


def lab_names(root: Path) -> list[str]:
    """The labs in their order."""
    return sorted(path.stem for path in root.glob("labs/*/*.ipynb") if path.stem == path.parent.name)


def lab_path(root: Path, name: str) -> Path:
    """The released notebook. StartError names the labs that exist."""
    names = lab_names(root)
    if name not in names:
        raise StartError(f"no lab named {name!r}; choose one of: {', '.join(names)}")
    return root / "labs" / name / f"{name}.ipynb"


def copy_path(root: Path, name: str) -> Path:
    """Where the student's copy of a lab is, or will be: work/LAB/LAB.ipynb."""
    return root / WORK / name / f"{name}.ipynb"


def working_copy(root: Path, name: str) -> Path:
    """The student's copy of a lab, made from labs/ unless it exists. StartError if there is no such lab."""
    source, target = lab_path(root, name).parent, copy_path(root, name)
    earlier = root / "build" / "work" / name  # where version 0.1.0 put copies
    if not target.parent.exists():
        if earlier.is_dir():
            target.parent.parent.mkdir(exist_ok=True)
            shutil.move(earlier, target.parent)
        else:
            shutil.copytree(source, target.parent)
    return target


def start_again(root: Path, name: str, now: datetime) -> Path | None:
    """Put the student's copy aside and make a new one; returns where the old one is now, or None if there was none."""
    lab_path(root, name)
    folder, kept = copy_path(root, name).parent, None
    if folder.exists():
        kept = root / WORK / "old" / f"{name} {now:%Y-%m-%d %H.%M.%S}"  # no colons: Windows does not allow them
        kept.parent.mkdir(exist_ok=True)
        folder.rename(kept)
    working_copy(root, name)
    return kept
