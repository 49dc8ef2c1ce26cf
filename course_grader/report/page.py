"""A report on the class as one self-contained HTML page, without scripts; everything that students wrote is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from course_grader.report.items import (
    Item,
    SharedMistake,
    exercises_of,
    gpu_problems,
    item_statistics,
    shared_mistakes,
)
from course_grader.report.table import STATUS, score, summary
from course_grader.report.text import clean, one_line, plural, points
from course_grader.results import ExerciseResult, GradedSubmission, TestResult

_SHADES = 5  # in the table, from no points to full points
_SIGNS = {"passed": "✓", "failed": "✗", "timeout": "⏱", "error": "!"}


@dataclass(frozen=True)
class LabResults:
    """The page's part on one lab. seed: None if the results come from several runs. note: shown below the heading."""

    lab: str
    seed: int | None
    results: Sequence[GradedSubmission]
    note: str = ""

    @property
    def exercises(self) -> dict[str, float]:
        return exercises_of(self.results)

    @property
    def items(self) -> list[Item]:
        return item_statistics(self.results)

    @property
    def mistakes(self) -> list[SharedMistake]:
        return shared_mistakes(self.results)

    @property
    def gpu_problems(self) -> dict[str, int]:
        return gpu_problems(self.results)

    @property
    def summary(self) -> list[str]:
        return summary(self.results)


def write_page(path: Path, labs: Sequence[LabResults], title: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render_page(labs, title), encoding="utf-8")


def render_page(labs: Sequence[LabResults], title: str) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # slow, and most commands write no page

    environment = Environment(
        loader=PackageLoader("course_grader.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "clean": clean,
        "line": one_line,
        "points": points,
        "percent": "{:.0%}".format,
        "plural": plural,
    }
    environment.globals |= {"shade": shade, "sign": sign, "score": score, "status": _status}
    return environment.get_template("page.html.j2").render(labs=labs, title=title)


def shade(exercise: ExerciseResult) -> int:
    """The shade of a cell, 0 to 4: 0 only for no points, 4 only for full points."""
    if not exercise.max or exercise.points >= exercise.max:
        return _SHADES - 1
    if exercise.points <= 0:
        return 0
    return 1 + int((_SHADES - 2) * exercise.points / exercise.max)


def sign(test: TestResult) -> str:
    return _SIGNS.get(test.status, "?")


def _status(result: GradedSubmission) -> str:
    return STATUS[result.status][0]
