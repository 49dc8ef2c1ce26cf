"""Answers that a lab's tests may judge as they do, each with a reason, in a file beside the notebook.

`equivalent_mutants.toml` has mutants that behave like the reference, `refused_rewrites.toml` rewrites of right answers
that lose points because the exercise asks for another way.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from course_grader.errors import CourseError

EQUIVALENT_FILE, REFUSED_FILE = "equivalent_mutants.toml", "refused_rewrites.toml"
_KEYS = {"exercise", "line", "reason"}


def equivalent_mutants(folder: Path, exercises: list[str]) -> dict[tuple[str, str], str]:
    """The reasons in a lab's `equivalent_mutants.toml`, by exercise and changed line; empty without such a file."""
    return _reasons(folder / EQUIVALENT_FILE, "mutant", exercises)


def refused_rewrites(folder: Path, exercises: list[str]) -> dict[tuple[str, str], str]:
    """The reasons in a lab's `refused_rewrites.toml`, by exercise and changed line; empty without such a file."""
    return _reasons(folder / REFUSED_FILE, "rewrite", exercises)


def _reasons(path: Path, kind: str, exercises: list[str]) -> dict[tuple[str, str], str]:
    if not path.is_file():
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise CourseError(f"{path}: {error}") from None
    if set(content) - {kind} or not isinstance(content.get(kind, []), list):
        raise CourseError(f"{path}: expected only [[{kind}]] tables")
    reasons: dict[tuple[str, str], str] = {}
    for number, entry in enumerate(content.get(kind, []), start=1):
        if problem := _problem(entry, exercises, reasons):
            raise CourseError(f"{path}, {kind} {number}: {problem}")
        reasons[entry["exercise"], entry["line"].strip()] = entry["reason"].strip()
    return reasons


def _problem(entry: Any, exercises: list[str], reasons: dict[tuple[str, str], str]) -> str:
    """What is wrong with an entry of the file; empty if nothing is."""
    if not isinstance(entry, dict) or set(entry) != _KEYS:
        return "expected the keys exercise, line and reason"
    if not all(isinstance(value, str) and value.strip() for value in entry.values()):
        return "expected a text for each key"
    if entry["exercise"] not in exercises:
        return f"no exercise {entry['exercise']!r}; expected one of {', '.join(exercises)}"
    return "a second entry for this line" if (entry["exercise"], entry["line"].strip()) in reasons else ""
