"""Grades the example class from release to feedback: makes the labs, grades, writes feedback and a report.

Everything happens in a scratch course under build/, with its own gradebook.
"""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import TypedDict

from rich.console import Console
from rich.text import Text

from course_grader.errors import CourseError
from course_grader.notebooks import find_lab, lab_names
from course_grader.report.grades_file import class_grades, write_json
from course_grader.report.page import LabResults, write_page
from course_grader.report.text import plural, points
from course_grader.results import GradedSubmission, Status
from course_grader.runner.class_run import ClassRun
from course_grader.runner.grade import grade_lab
from course_grader.runner.request import Request
from course_grader.runner.run_report import show_run
from course_grader.terminal import say

CLASS = Path("tests") / "submissions" / "example_class"
EXPECTED = "expected.toml"  # [LAB.STUDENT] with score, status, and what is special about the submission


class Expected(TypedDict):
    """What expected.toml states about one submission."""

    score: float
    status: Status
    about: str


def grade_example_class(root: Path, console: Console) -> bool:
    """Whether every submission got the score and status that expected.toml states; prints the differences."""
    labs = [name for name in lab_names(root) if any((root / CLASS).glob(f"*/{name}"))]
    if not labs:
        raise CourseError(f"the example class is empty: expected {root / CLASS}/<student>/<lab>/<lab>.ipynb")
    problems = _release(root, labs, console)
    scratch = root / "build" / "course"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    runs = {name: _grade(root, name, scratch, console) for name in labs}
    _write(root, runs, console)
    problems += [text for name in labs for text in unexpected_results(_expected(root, name), runs[name].results)]
    for problem in problems:
        say(console, f"✗ not as expected: {problem}")
    return not problems


def unexpected_results(expected: dict[str, Expected], results: list[GradedSubmission]) -> list[str]:
    """One sentence for each result that differs from the expected one, and for each that is missing."""
    found = {result.student: result for result in results}
    texts = [f"{student} was not graded" for student in expected if student not in found]
    for student, result in found.items():
        want = expected.get(student)
        if want is None:
            texts.append(f"{student} is not in {EXPECTED}")
        elif (result.score, result.status) != (want["score"], want["status"]):
            wanted = f"{points(want['score'])} points and {want['status']}"
            got = f"{points(result.score)} points and {result.status}"
            texts.append(f"{student} ({want['about']}): expected {wanted}, got {got}")
    return texts


def _release(root: Path, needed: list[str], console: Console) -> list[str]:
    """Make all labs, or at least the needed ones; returns the others' problems. CourseError if a needed one fails."""
    from course_grader.release import make_labs

    problems = []
    try:
        made = make_labs(root)
    except CourseError as error:
        made = make_labs(root, needed)
        problems.append(f"a lab that the example class does not use: {error}")
    say(console, f"Labs made from solutions/: {', '.join(path.name for path in made)}")
    return problems


def _grade(root: Path, name: str, scratch: Path, console: Console) -> ClassRun:
    request = Request(
        submissions=root / CLASS, db_url=f"sqlite:///{scratch / 'gradebook.db'}",
        autograded=scratch / "autograded", log_file=scratch / "nbgrader.log",
    )  # fmt: skip
    console.rule(Text(name))
    run = grade_lab(find_lab(name, root), request, console)
    show_run(name, run, console)
    if run.interrupted:
        raise KeyboardInterrupt
    _write_feedback(root, name, scratch, request, run, console)
    return run


def _write_feedback(root: Path, name: str, scratch: Path, request: Request, run: ClassRun, console: Console) -> None:
    from course_grader.nbgrader_plugins import Course

    students = [result.student for result in run.results if result.status != "failed"]
    course = Course(
        root, db_url=request.db_url, autograded=request.autograded, feedback=scratch / "feedback",
        log_file=request.log_file,
    )  # fmt: skip
    failed = course.generate_feedback(name, students)
    say(console, f"Feedback for {plural(len(students) - len(failed), 'student')}: {scratch / 'feedback'}")
    for student, reason in failed.items():
        say(console, f"✗ no feedback for {student}: {reason}")


def _write(root: Path, runs: dict[str, ClassRun], console: Console) -> None:
    build = root / "build"
    grades = [class_grades(name, run.seed, run.results) for name, run in runs.items()]
    write_json(build / "grades.json", {"labs": grades})
    parts = [LabResults(name, run.seed, run.results) for name, run in runs.items()]
    write_page(build / "report.html", parts, "The example class")
    say(console, f"Report: {build / 'report.html'}  Scores: {build / 'grades.json'}")


def _expected(root: Path, lab: str) -> dict[str, Expected]:
    path = root / CLASS / EXPECTED
    if not path.is_file():
        raise CourseError(f"{path} does not exist; expected [LAB.STUDENT] tables with score, status and about")
    return tomllib.loads(path.read_text(encoding="utf-8")).get(lab, {})
