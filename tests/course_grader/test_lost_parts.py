"""Processes of the grader that something kills: no submission gets fewer points for it. With real processes."""

import os
import signal

import pytest

from course_grader.engine_options import EngineOptions
from course_grader.grading import Engine
from course_grader.grading.notebook_run import NotebookRun
from course_grader.grading.parts import PartLost
from course_grader.notebooks import find_lab
from tests.paths import sandbox_missing
from tests.tiny_course import LAB, score, tiny_notebook, write_tiny_course

pytestmark = pytest.mark.skipif(bool(sandbox_missing()), reason=sandbox_missing() or "the sandbox works")


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with Engine(find_lab(LAB, write_tiny_course(tmp_path_factory.mktemp("course")))) as engine:
        yield engine


def kill(pid):
    os.kill(pid, signal.SIGKILL)


def judge(run, engine):
    return engine._parts.get().judge._process.pid


def zygote(run, engine):
    """Its own process, below bubblewrap's."""
    return children(engine._parts.get().zygote.process.pid)[0]


def supervisor(run, engine):
    return run._kernel._manager.provisioner.pid


def session(run, engine):
    """The judge's process for this submission."""
    return children(judge(run, engine))[-1]


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]


@pytest.fixture
def before_the_first_test(monkeypatch, engine):
    """Lets something happen just before the first test cell is judged, in so many attempts."""

    def arrange(find, times=1):
        happened = []
        judged = NotebookRun._judge

        async def happen_and_judge(run, index, cell):
            if len(happened) < times and run not in happened:
                happened.append(run)
                kill(find(run, engine))
            await judged(run, index, cell)

        monkeypatch.setattr(NotebookRun, "_judge", happen_and_judge)
        return happened

    return arrange


@pytest.mark.parametrize("part", [judge, zygote, supervisor, session], ids=lambda part: part.__name__)
def test_a_submission_is_graded_again_if_a_part_was_killed_meanwhile(engine, before_the_first_test, part):
    killed = before_the_first_test(part)
    graded = engine.grade(tiny_notebook(), "ada", seed=1)
    assert len(killed) == 1
    assert score(graded) == {"double": 5.0, "count": 15.0}
    assert graded.status == "graded" and graded.messages == []


@pytest.mark.parametrize("part", [judge, zygote], ids=lambda part: part.__name__)
def test_a_part_that_was_killed_between_two_submissions_is_started_again(engine, part):
    kill(part(None, engine))
    assert score(engine.grade(tiny_notebook(), "ben", seed=1)) == {"double": 5.0, "count": 15.0}


def test_what_happens_again_and_again_is_an_error_and_not_a_zero(engine, before_the_first_test):
    before_the_first_test(supervisor, times=3)
    with pytest.raises(PartLost, match="a kernel's supervisor ended while the submission was graded, 3 times"):
        engine.grade(tiny_notebook(), "cem", seed=1)


def test_a_judges_process_that_ends_twice_leaves_the_submission_to_an_instructor(engine, before_the_first_test):
    """A submission that costs the judge too much may have ended it."""
    before_the_first_test(session, times=2)
    graded = engine.grade(tiny_notebook(), "dee", seed=1)
    assert graded.status == "needs_person" and "could not be judged" in graded.messages[0]


def test_after_its_end_an_engine_starts_nothing(tmp_path):
    engine = Engine(find_lab(LAB, write_tiny_course(tmp_path)), EngineOptions(sandbox=False))
    with engine:
        pass
    with pytest.raises(PartLost, match="has been closed"):
        engine.grade(tiny_notebook(), "eve", seed=1)


def test_an_engine_that_cannot_start_leaves_nothing_running(tmp_path, monkeypatch):
    """The profile's trial run can fail for many reasons, also of the machine."""
    engine = Engine(find_lab(LAB, write_tiny_course(tmp_path)), EngineOptions(sandbox=False, profile="full"))
    closed = []
    monkeypatch.setattr(engine._parts, "get", lambda: None)
    monkeypatch.setattr(engine._parts, "close", lambda: closed.append("closed"))
    monkeypatch.setattr(engine, "grade", lambda *arguments: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        engine.__enter__()
    assert closed == ["closed"]


def test_a_kernel_that_cannot_be_started_is_not_a_zero(engine, monkeypatch):
    """As when the disk is full: the submission has done nothing wrong."""

    async def fail(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(engine, "_start_kernel", fail)
    with pytest.raises(OSError, match="No space left on device"):
        engine.grade(tiny_notebook(), "fay", seed=1)
