"""Submissions of any lab: a right one, one with a misconception in every other exercise, and the untouched notebook."""

from __future__ import annotations

import re
from itertools import cycle, islice
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course_grader.audit.check import with_answers
from course_grader.audit.variants import Kind, load_variants
from course_grader.notebooks import Lab, find_lab, is_solution_cell, nbgrader_metadata

KINDS = 3
_MARKS = re.compile(r"^ *### (BEGIN|END) SOLUTION *\n?", re.MULTILINE)


def make_class(lab: str, root: Path, count: int) -> dict[str, NotebookNode]:
    """Copies of the KINDS in turn, by student. Plain nbgrader can grade all of them."""
    return {f"student{number}": made for number, made in enumerate(islice(cycle(_kinds(find_lab(lab, root))), count))}


def _kinds(lab: Lab) -> list[NotebookNode]:
    released = nbformat.read(lab.release_path, as_version=4)
    right = {nbgrader_metadata(cell)["grade_id"]: _MARKS.sub("", cell.source)
             for cell in filter(is_solution_cell, lab.reference().cells)}  # fmt: skip
    return [with_answers(released, right), with_answers(released, right | _mistakes(lab)), released]


def _mistakes(lab: Lab) -> dict[str, str]:
    """The first misconception of every other exercise that has one, with its code."""
    first: dict[str, str] = {}
    for each in load_variants(lab):
        if each.kind is Kind.MISCONCEPTION:
            first.setdefault(each.exercise, each.code)
    return dict(list(first.items())[::2])
