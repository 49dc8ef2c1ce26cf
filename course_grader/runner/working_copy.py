"""Copies a lab and opens the copy in JupyterLab."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from course_grader.errors import CourseError
from course_grader.notebooks import find_lab


def working_copy(root: Path, name: str) -> Path:
    """build/work/<lab>/<lab>.ipynb, copied from labs/ unless it exists."""
    lab = find_lab(name, root)
    if not lab.release_path.is_file():
        raise CourseError(f"{lab.release_path} does not exist; make it with: course-grader labs {name}")
    folder = root / "build" / "work" / name
    if not folder.exists():
        shutil.copytree(lab.release_path.parent, folder)
    return folder / lab.release_path.name


def open_lab(root: Path, name: str) -> int:
    """Run JupyterLab on the working copy until it is closed; returns its exit code."""
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return subprocess.call([sys.executable, "-m", "jupyterlab", *as_root, str(working_copy(root, name))])
