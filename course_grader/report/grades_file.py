"""The file that `--json` writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from course_grader.errors import CourseError
from course_grader.files import draft_of, write_in_one_step
from course_grader.report.items import shared_mistakes
from course_grader.results import GradedSubmission


def class_grades(lab: str, seed: int | None, results: Sequence[GradedSubmission]) -> dict[str, Any]:
    return {
        "lab": lab,
        "seed": seed,
        "submissions": [result.public() for result in results],
        "mistakes": [asdict(mistake) for mistake in shared_mistakes(results)],
    }


def write_json(path: Path, content: Any) -> None:
    """Write the file in one step, so that readers never see half of it. ASCII: student text may not be valid UTF-8."""
    write_in_one_step(path, json.dumps(content, indent=2) + "\n", encoding="ascii")


def expect_writable(path: Path) -> None:
    """Check the path before a class is graded: CourseError if it is a folder, OSError if it cannot be written."""
    if path.is_dir():
        raise CourseError(f"{path} is a folder; expected the name of a file to write")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft_of(path).touch()
    draft_of(path).unlink()
