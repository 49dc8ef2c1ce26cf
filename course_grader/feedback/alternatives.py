"""Another way to write it: right answers that a student reads below an exercise that is solved completely.

They come from the alternatives in solutions/NN_name/variants that have an explanation. Until feedback is released,
they are not on any student's machine: whatever a notebook could unlock when its visible tests pass, a student could
unlock without an answer, since those tests show their inputs and what they expect.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from course_grader.audit.variants import FOLDER, Kind, Variant, load_variants
from course_grader.errors import CourseError
from course_grader.notebooks import Lab, find_lab
from course_grader.python_source import parse


class OtherAnswer(NamedTuple):
    """explanation: what can be learned from it. code: without the line that marks an exercise's cell."""

    explanation: str
    code: str


def other_answers(root: Path, lab: str, exercise: str, own: str) -> list[OtherAnswer]:
    """The explained alternatives of an exercise, except one that is the student's `own` source.

    Empty for a lab that is not in the course at `root`, or whose variants cannot be read, which the audit reports.
    """
    try:
        found = find_lab(lab, root)
    except CourseError:
        return []
    files = (found.source_folder / FOLDER).glob("*.py")
    alternatives = _alternatives(found, max((file.stat().st_mtime_ns for file in files), default=0))
    shown = [each for each in alternatives if each.exercise == exercise and each.explanation]
    return [OtherAnswer(each.explanation, _without_marker(each.code)) for each in shown if not _same(each.code, own)]


@lru_cache(maxsize=4)  # for a class's feedback they are read once; the formgrader's process sees a change
def _alternatives(lab: Lab, changed: int) -> list[Variant]:
    try:
        return [variant for variant in load_variants(lab) if variant.kind is Kind.ALTERNATIVE]
    except CourseError:
        return []


def _without_marker(code: str) -> str:
    return code.partition("\n")[2].strip()


def _same(one: str, other: str) -> bool:
    """Whether two sources differ only in comments and layout."""
    try:
        return ast.dump(parse(one)) == ast.dump(parse(other))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # what a student wrote may be anything
        return False
