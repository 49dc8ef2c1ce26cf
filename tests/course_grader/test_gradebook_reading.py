"""A gradebook that cannot be read at once: the instructor is told why, and what is waited for."""

import sqlite3
import sys

import pytest

from course_grader.errors import CourseError
from course_grader.gradebook import reading


def test_a_lock_is_announced_and_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "QUIET_SECONDS", 0)
    monkeypatch.setattr(reading, "LOCK_SECONDS", 1)
    path, said = tmp_path / "gradebook.db", []
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("CREATE TABLE x (y)")
    with reading.reading(f"sqlite:///{path}", said.append):
        assert said == []
    other.execute("BEGIN EXCLUSIVE")
    locked = pytest.raises(CourseError, match="another program keeps the gradebook locked")
    with locked, reading.reading(f"sqlite:///{path}", said.append):
        pass
    assert len(said) == 1 and said[0].startswith("Waiting up to 1 s, since another program keeps the gradebook locked")

    def release(text):
        said.append(text)
        other.execute("ROLLBACK")

    with reading.reading(f"sqlite:///{path}", release):
        assert len(said) == 2
    other.close()


def test_a_server_that_does_not_answer_is_named_without_the_password():
    said = []
    unread = pytest.raises(CourseError, match=r"postgresql://me:\*\*\*@127.0.0.1:9/grades cannot be read")
    with unread as found, reading.reading("postgresql://me:secret@127.0.0.1:9/grades", said.append):
        pass
    assert "secret" not in str(found.value) + "".join(said)


def test_a_missing_driver_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    missing = pytest.raises(CourseError, match=r"needs the package psycopg: run make setup or")
    with missing, reading.reading("postgresql+psycopg://me:secret@127.0.0.1:9/grades"):
        pass


def test_a_file_that_stays_locked_cannot_be_opened_to_grade(course):
    other = sqlite3.connect(course.root / "gradebook.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(CourseError, match="could not be opened: another program keeps the gradebook locked"):
        course.gradebook(lock_seconds=0)
    other.close()
