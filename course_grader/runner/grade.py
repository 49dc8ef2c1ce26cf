"""`course-grader grade`: a lab's submissions, from the folder they lie in to nbgrader's gradebook."""

from __future__ import annotations

import tempfile
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from course_grader.grading import Engine
from course_grader.notebooks import Lab
from course_grader.runner.class_run import Outcome, run_class
from course_grader.runner.pool import default_workers
from course_grader.runner.progress import progress
from course_grader.runner.starting import Starting
from course_grader.runner.submissions import find_submissions, take_copy


@dataclass(frozen=True)
class Request:
    """What to grade and how. None stands for the course's own folders and gradebook."""

    seed: int
    submissions: Path | None = None
    student: str | None = None
    workers: int | None = None
    sandbox: bool = True
    run_experiments: bool = False
    db_url: str | None = None
    autograded: Path | None = None
    log_file: Path | None = None


def grade_lab(lab: Lab, request: Request, console: Console) -> Outcome:
    """Grade and save. Raises CourseError for wrong usage and SandboxUnavailable where untrusted code cannot be run."""
    if request.submissions is not None:
        find_submissions(request.submissions, lab.name, request.student)  # wrong usage shows at once
    with Starting(lambda: make_engine(lab, request)) as grader, tempfile.TemporaryDirectory() as scratch:
        return _grade(lab, request, console, grader, Path(scratch))


def make_engine(lab: Lab, request: Request) -> AbstractContextManager[Any]:
    return Engine(lab, sandbox=request.sandbox, run_experiments=request.run_experiments)


def _grade(lab: Lab, request: Request, console: Console, grader: Starting, scratch: Path) -> Outcome:
    from course_grader.nbgrader_plugins import Course  # nbgrader takes a while; meanwhile the sandbox starts
    from course_grader.runner.desk import Desk

    course = Course(lab.root, db_url=request.db_url, autograded=request.autograded, log_file=request.log_file)
    folders = course.config.CourseDirectory
    source = request.submissions or lab.root / folders.get("submitted_directory", "submitted")
    found = [take_copy(entry, lab.name, scratch) for entry in find_submissions(source, lab.name, request.student)]
    folders.submitted_directory = str(scratch)
    desk = Desk(course, lab.name, seed=request.seed, run_experiments=request.run_experiments)
    desk.open()
    workers = min(request.workers or default_workers(), len(found))
    with progress(console, lab.name, len(found)) as report:
        return run_class(found, grader, desk, workers=workers, seed=request.seed, report=report)
