"""A gradebook that another program keeps locked while it is to be read: the instructor is told what is waited for."""

import sqlite3

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
