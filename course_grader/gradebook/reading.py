"""Reads a gradebook without changing anything: not the file, and not even the journal of a program that was killed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

from nbgrader.api import Assignment
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from course_grader.errors import CourseError
from course_grader.gradebook.connection import no_driver, readable, temporary_problem

LOCK_SECONDS = 60  # how long another program may keep the file locked
QUIET_SECONDS = 2  # how long to wait without a message
_UNFINISHED = ("-journal", "-wal")  # beside an SQLite file: a change that a killed program has not completed


@contextmanager
def reading(db_url: str, say: Callable[[str], None] = lambda text: None) -> Iterator[Session | None]:
    """A session for queries; None if there is no gradebook yet. CourseError if it cannot be read now.

    If another program has locked it, this waits and tells `say`.
    """
    with ExitStack() as stack:
        url = _without_changes(db_url, stack)
        if url is None:
            yield None
            return
        try:
            _announce_lock(url, say)
            engine = create_engine(url)
        except ModuleNotFoundError as error:
            raise no_driver(db_url, error) from None
        stack.callback(engine.dispose)
        try:
            has_tables = inspect(engine).has_table(Assignment.__tablename__)
            with Session(engine) as session:
                yield session if has_tables else None
        except OperationalError as error:
            reason = temporary_problem(error) or str(error.orig)
            raise CourseError(f"the gradebook at {readable(db_url)} cannot be read: {reason}") from None


def _announce_lock(url: str, say: Callable[[str], None]) -> None:
    engine = create_engine(url.replace(f"timeout={LOCK_SECONDS}", f"timeout={QUIET_SECONDS}"))
    try:
        inspect(engine).has_table(Assignment.__tablename__)
    except OperationalError as error:
        if problem := temporary_problem(error):
            say(f"Waiting up to {LOCK_SECONDS} s, since {problem}.")
    finally:
        engine.dispose()


def _without_changes(db_url: str, stack: ExitStack) -> str | None:
    """A URL by which SQLite only reads; None if the file does not exist."""
    parts = make_url(db_url)
    if parts.get_backend_name() != "sqlite" or not parts.database:
        return db_url
    path = Path(parts.database)
    if not path.is_file():
        return None
    if any(Path(f"{path}{ending}").exists() for ending in _UNFINISHED):
        path = _copy(path, Path(stack.enter_context(tempfile.TemporaryDirectory())))
        return f"sqlite:///{path}"
    return f"sqlite:///file:{quote(str(path.resolve()))}?mode=ro&uri=true&timeout={LOCK_SECONDS}"


def _copy(path: Path, folder: Path) -> Path:
    for ending in ("", *_UNFINISHED):
        if Path(f"{path}{ending}").exists():
            shutil.copy(f"{path}{ending}", folder)
    return folder / path.name
