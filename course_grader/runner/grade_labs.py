"""Grades several labs, one after another: a lab that cannot be graded does not stop the others."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from course_grader.errors import CourseError
from course_grader.notebooks import Lab, find_lab, lab_names
from course_grader.runner.class_run import ClassRun
from course_grader.runner.grade import grade_lab
from course_grader.runner.request import Request
from course_grader.runner.run_report import show_run, write_files
from course_grader.runner.submissions import has_submissions
from course_grader.sandbox import SandboxUnavailable


def labs_to_grade(root: Path, names: Sequence[str], every: bool, request: Request) -> list[Lab]:
    """The named labs, or every lab with submissions. CourseError if that is none, or if both are given."""
    if every == bool(names):
        raise CourseError("expected the name of a lab, or --all for every lab that has submissions")
    if names:
        return [find_lab(name, root) for name in dict.fromkeys(names)]
    source = request.submissions or root / "submitted"
    found = [find_lab(name, root) for name in lab_names(root) if has_submissions(source, name, request.student)]
    if not found:
        raise CourseError(f"no submission of any lab in {source}; expected <student>/<lab>/<lab>.ipynb")
    return found


def grade_labs(
    labs: Sequence[Lab], request: Request, console: Console, json_file: Path | None = None, page: Path | None = None
) -> tuple[dict[str, ClassRun], dict[str, str]]:
    """The runs by lab, and why the other labs could not be graded. Shows and writes the results after each lab.

    An only lab's CourseError or SandboxUnavailable is raised.
    """
    runs: dict[str, ClassRun] = {}
    problems: dict[str, str] = {}
    for lab in labs:
        try:
            run = runs[lab.name] = grade_lab(lab, request, console)
        except (CourseError, SandboxUnavailable) as error:  # such as no GPU for this lab alone
            if len(labs) == 1:
                raise
            problems[lab.name] = str(error)
            print(f"course-grader: {lab.name} could not be graded: {error}", file=sys.stderr)
            continue
        write_files(runs, json_file, page)  # first, since the terminal may be gone
        show_run(lab.name, run, console)
        if run.interrupted or run.stopped:
            break
    return runs, problems
