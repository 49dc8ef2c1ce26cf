"""All changes that one submission makes to nbgrader's gradebook, in one transaction."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager

from nbgrader.api import Gradebook, InvalidEntry
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from course_grader.errors import CourseError, one_sentence, to_install


@contextmanager
def one_transaction(gradebook: Gradebook) -> Iterator[None]:
    """Within the block nbgrader's own commits only flush. All changes are saved at the end, or none.

    An SQLite file is locked at the start, so that a lock of another program is noticed before anything is done.
    """
    session = gradebook.db
    session.rollback()  # a connection that was only read from may hold an old state
    session.commit = session.flush
    try:
        if gradebook.engine.dialect.name == "sqlite":
            session.execute(text("BEGIN EXCLUSIVE"))
        yield
        del session.commit
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        vars(session).pop("commit", None)


def readable(db_url: str) -> str:
    """The address of a gradebook without its password, for messages."""
    return re.sub(r"//([^:/@]*):.*@", r"//\1:***@", db_url)  # also of an address that cannot be parsed


def no_driver(db_url: str, error: ModuleNotFoundError) -> CourseError:
    """The error to raise where the package for the gradebook's server is missing."""
    return CourseError(f"a gradebook at {readable(db_url)} needs the package {error.name}: {to_install('postgresql')}")


def unusable(db_url: str, what: str, error: Exception) -> CourseError:
    """The error to raise where a gradebook `what` ("could not be opened")."""
    reason = temporary_problem(error) or one_sentence(error)
    return CourseError(f"the gradebook at {readable(db_url)} {what}: {reason}")


def temporary_problem(error: BaseException) -> str | None:
    """What to do about an error that passes without the grader: a lock, a full disk, a server that is not there.

    None for any other error.
    """
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"there is no space left on the disk{_of(error)}: delete something that you do not need"
    if isinstance(error, OperationalError):
        return _problem_of_database(error)
    if isinstance(error, InvalidEntry) and error.__context__ is not None:  # nbgrader's, for whatever the database says
        return temporary_problem(error.__context__)
    return None


def _problem_of_database(error: OperationalError) -> str | None:
    reason = str(error.orig)
    if "locked" in reason:
        return "another program keeps the gradebook locked: close it (the formgrader, a database browser)"
    if "disk is full" in reason:
        return "there is no space left on the gradebook's disk: delete something that you do not need"
    if not isinstance(error.orig, _sqlite_error()):
        return f"the gradebook's server does not answer ({reason.strip().splitlines()[0]})"
    return None


def _sqlite_error() -> type[Exception]:
    import sqlite3

    return sqlite3.Error


def _of(error: OSError) -> str:
    return f" of {error.filename}" if error.filename else ""
