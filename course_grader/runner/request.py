"""What an instructor asks for: which submissions to grade, how, and where the results go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from course_grader.engine_options import DEFAULTS, EngineOptions

if TYPE_CHECKING:
    from course_grader.nbgrader_plugins import Course
    from course_grader.runner.cluster.options import ClusterOptions
    from course_grader.runner.timeline import Timeline

Only = Literal["failed", "review", "changed", "new"]
ONLY: tuple[Only, ...] = get_args(Only)


@dataclass(frozen=True)
class Request:
    """What to grade and how. None means the course's own folders and gradebook.

    seed: None for that of the run that goes on, or a new one. force: also what is graded and unchanged. only: no others
    than these; empty for all that are not graded yet or have changed since. cluster: None for this machine. timeline:
    records how the time is spent.
    """

    seed: int | None = None
    submissions: Path | None = None
    student: str | None = None
    workers: int | None = None
    engine: EngineOptions = DEFAULTS
    db_url: str | None = None
    autograded: Path | None = None
    log_file: Path | None = None
    force: bool = False
    only: Sequence[Only] = ()
    name: str | None = None
    cluster: ClusterOptions | None = None
    timeline: Timeline | None = None


def open_course(root: Path, request: Request) -> Course:
    """The course with the folders and the gradebook of the request."""
    from course_grader.nbgrader_plugins import Course  # takes a second

    autograded = request.autograded
    if autograded is None and request.submissions is not None and is_other_gradebook(root, request.db_url):
        autograded = trial_folder(root, str(request.db_url))
    return Course(root, db_url=request.db_url, autograded=autograded, log_file=request.log_file)


def course_of_gradebook(root: Path, db_url: str | None, autograded: Path | None = None) -> Course:
    """The course with this gradebook and, if `grade` made a folder of graded notebooks for it, with that folder."""
    from course_grader.nbgrader_plugins import Course

    if autograded is None and is_other_gradebook(root, db_url):
        folder = trial_folder(root, str(db_url))
        autograded = folder if folder.is_dir() else None
    return Course(root, db_url=db_url, autograded=autograded)


def is_other_gradebook(root: Path, db_url: str | None) -> bool:
    """Whether this is not the gradebook that nbgrader_config.py names."""
    from course_grader.nbgrader_plugins import Course

    return db_url is not None and _place(db_url) != _place(Course(root).db_url)


def trial_folder(root: Path, db_url: str) -> Path:
    """Where graded notebooks go that belong to another gradebook: beside its file, or in build/ for a server's."""
    from sqlalchemy.engine import make_url

    parts = make_url(db_url)
    name = Path(parts.database or "gradebook")
    folder = name.parent if parts.get_backend_name() == "sqlite" else root / "build"
    return folder.resolve() / f"{name.stem}-autograded"


def _place(db_url: str) -> str:
    from sqlalchemy.engine import make_url

    parts = make_url(db_url)
    is_file = parts.get_backend_name() == "sqlite" and parts.database
    return str(Path(str(parts.database)).resolve()) if is_file else parts.render_as_string()
