"""Copies of a nearly empty lab: what the controller needs for many submissions."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import nbformat
from courses import add_to_gradebook
from waits import describe
from watching import watch

FEW = 64  # what more submissions are compared with


def grade_many(build: Path, root: Path, count: int) -> list[dict[str, Any]]:
    """Rows for FEW, a quarter of `count` and `count` submissions of the tests' tiny lab."""
    sys.path.insert(0, str(root))
    from tests.tiny_course import LAB, tiny_notebook, write_tiny_course

    rows = []
    for number in sorted({FEW, max(FEW, count // 4), count}):
        course = write_tiny_course(build / str(number))
        for name in ("nbgrader_config.py", "pyproject.toml"):
            shutil.copy(root / name, course)
        for student in range(number):
            folder = course / "submitted" / f"student{student}" / LAB
            folder.mkdir(parents=True)
            nbformat.write(tiny_notebook(), folder / f"{LAB}.ipynb")
        add_to_gradebook(course, LAB)
        timeline = build / f"{number}.json"
        command = [str(Path(sys.executable).with_name("course-grader")), "grade", LAB, "--timeline", str(timeline)]
        watched = watch(command, course, dict(os.environ), build / f"{number}.log")
        rows.append({
            "submissions": number, "seconds": round(watched.wall, 1),
            "seconds a submission": round(watched.wall / number, 3),
            "the controller's peak memory (MB)": round(watched.root_peak_mb, 1),
            "the controller's processor seconds a submission": round(watched.root_cpu / number, 3),
            **describe(timeline),
        })  # fmt: skip
        print(rows[-1], flush=True)
    return rows
