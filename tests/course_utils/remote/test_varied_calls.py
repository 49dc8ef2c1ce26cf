"""Calls that only a diagnosis makes, in a notebook: one that never ends does not keep the student waiting."""

import pytest

from course_utils.remote import proxies
from course_utils.remote.proxies import Student
from course_utils.remote.recorder import Recorder


def chunks(total, step):
    """Never ends for a step of 0."""
    start = count = 0
    while start < total:
        start, count = start + step, count + 1
    return count + 1


@pytest.fixture
def student(monkeypatch):
    monkeypatch.setattr(proxies, "notebook_variables", lambda: {"chunks": chunks})
    monkeypatch.setattr(proxies, "VARIED_SECONDS", 0.2)
    return Student()


def test_a_loop_without_an_end_is_interrupted_and_the_next_test_is_not_affected(student):
    for _ in range(3):
        student._record(Recorder(varied=True, exercise="chunks"))
        student._start_test("test_a", 0)
        assert student.chunks(3, 1) == 4
        student._vary_calls(0)
        student._record(None)
    assert student.chunks(6, 2) == 4


def test_what_a_test_calls_may_take_as_long_as_it_likes(student):
    student._record(Recorder(varied=True, exercise="chunks"))
    student._start_test("test_a", 0)
    assert student.chunks(3_000_000, 1) == 3_000_001  # longer than a varied call may
