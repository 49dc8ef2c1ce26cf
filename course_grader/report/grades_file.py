"""The file that `--json` writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from course_grader.errors import CourseError
from course_grader.results import GradedSubmission


def class_grades(lab: str, seed: int | None, results: Sequence[GradedSubmission]) -> dict[str, Any]:
    return {"lab": lab, "seed": seed, "submissions": [result.public() for result in results]}


def write_json(path: Path, content: Any) -> None:
    """Whole or not at all: a reader never meets half a file. In ASCII, as student text may hold what UTF-8 cannot."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(path)
    draft.write_text(json.dumps(content, indent=2) + "\n", encoding="ascii")
    draft.replace(path)


def expect_writable(path: Path) -> None:
    """Fails before a class is graded, not after it: CourseError for a folder, OSError for a place closed to us."""
    if path.is_dir():
        raise CourseError(f"{path} is a folder; expected the name of a file to write")
    path.parent.mkdir(parents=True, exist_ok=True)
    _draft(path).touch()
    _draft(path).unlink()


def _draft(path: Path) -> Path:
    return path.with_name(path.name + ".part")
