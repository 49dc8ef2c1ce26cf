"""kill -9, a locked gradebook, a full disk: no grade is lost, none is doubled, none is half written. Real processes."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from functools import partial

import nbformat
import psutil
import pytest
from nbgrader.api import Gradebook

from course_grader import cli
from course_grader.nbgrader_plugins import Course
from course_grader.runner import class_run, grade, patience
from course_grader.runner.run_progress import _Lines
from tests.course_grader.fake_grading import FakeEngine, hand_in, write_course
from tests.course_grader.killed_course import MOMENTS
from tests.paths import ROOT
from tests.replaced_time import replace_time
from tests.tiny_course import LAB

FORMER, NOW = {"ada": 5.0, "ben": 5.0, "cem": 5.0}, {"ada": 20.0, "ben": 10.0, "cem": 20.0}


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    root = write_course(tmp_path_factory.mktemp("template"), *NOW)
    Course(root).register_lab(LAB)
    return root


@pytest.fixture
def course(template, tmp_path):
    return shutil.copytree(template, tmp_path / "course")


def run(course, moment="none", *arguments):
    command = [sys.executable, "-m", "tests.course_grader.killed_course", moment, str(course), *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def in_gradebook(course):
    """Each student's score; a row without a score is an error."""
    found = {}
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "deep-learning-labs") as gradebook:
        for submission in gradebook.assignment_submissions(LAB):
            (notebook,) = submission.notebooks
            scores = {each.name: each.auto_score for each in notebook.grades if each.name.startswith("test_")}
            assert None not in scores.values(), f"{submission.student_id} has a row without a score"
            assert submission.student_id not in found, "two rows"
            found[submission.student_id] = sum(scores.values())
    return found


def in_notebooks(course):
    paths = (course / "autograded").glob(f"*/{LAB}/{LAB}.ipynb")
    records = [nbformat.read(path, as_version=4).metadata.course_grader for path in paths]
    return {each.student: sum(exercise.points for exercise in each.exercises.values()) for each in records}


@pytest.fixture
def graded_before(course, monkeypatch):
    """Everybody has 5 points from an earlier run, which is to be replaced."""
    monkeypatch.setattr(grade, "Engine", FakeEngine(dict.fromkeys(NOW, 0.25)))
    cli.main(["grade", LAB, "--course", str(course)])
    assert in_gradebook(course) == in_notebooks(course) == FORMER


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("before", [False, True], ids=["first run", "graded before"])
def test_a_run_that_is_killed_while_it_saves_goes_on(course, request, moment, before):
    if before:
        request.getfixturevalue("graded_before")
    former = FORMER if before else {}
    killed = run(course, moment, *(["--force"] if before else []))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    saved = in_gradebook(course)
    for student, score in saved.items():
        assert score in (NOW[student], former.get(student)), "neither the old grade nor the new one"
    assert set(former) <= set(saved) and "ada" in saved
    again = run(course)
    assert again.returncode in (0, 3), again.stderr
    assert all(f"{student}      ✓ graded" in again.stdout for student in NOW) and "5 / 20" not in again.stdout
    assert in_gradebook(course) == in_notebooks(course) == NOW
    leftovers = [path.name for path in (course / "autograded").glob(f"*/.{LAB}.*")]
    assert leftovers == []


def test_a_killed_controller_loses_nothing(course):
    """With the real command, while a submission is being run."""
    shutil.rmtree(course / "submitted")
    hand_in(course / "submitted", "ada")
    hand_in(course / "submitted", "ben", goodbye="while True: pass")
    command = [sys.executable, "-m", "course_grader.cli", "grade", LAB, "--course", course, "--workers", "1",
               "--unsafe-no-sandbox"]  # fmt: skip
    grading = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True
    )
    lines = [grading.stdout.readline() for _ in range(2)]
    assert "2 submissions to grade (new)" in lines[0] and "ada ✓ graded" in lines[1]
    started = psutil.Process(grading.pid).children(recursive=True)
    grading.kill()
    grading.wait()
    grading.stdout.close()
    assert in_gradebook(course) == {"ada": 20.0}  # and no row for ben
    assert psutil.wait_procs(started, timeout=30)[1] == []
    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert "1 of 2 are graded already, 1 to go (new). Goes on with run" in again.stdout
    assert in_gradebook(course) == in_notebooks(course) == {"ada": 20.0, "ben": 20.0}


class TestWaiting:
    """Another program locks the gradebook after ada is saved."""

    @pytest.fixture
    def locked(self, course, monkeypatch):
        other = sqlite3.connect(course / "gradebook.db", isolation_level=None)
        report = _Lines.report

        def report_and_lock(lines, result):
            report(lines, result)
            if result.student == "ada":
                other.execute("BEGIN EXCLUSIVE")

        monkeypatch.setattr(_Lines, "report", report_and_lock)
        yield other
        other.close()

    @pytest.fixture
    def start(self, course, monkeypatch):
        monkeypatch.setattr(grade, "Engine", FakeEngine({"ben": 0.5}))
        return lambda: cli.main(["grade", LAB, "--course", str(course), "--workers", "1"])

    def test_a_locked_gradebook_is_waited_for(self, course, locked, start, monkeypatch, capsys):
        """For longer than one attempt to save waits by itself."""
        pauses = []

        def release(seconds):
            pauses.append(seconds)
            if len(pauses) == 2:
                locked.execute("ROLLBACK")

        replace_time(monkeypatch, patience, sleep=release)
        assert start() == 0
        printed = capsys.readouterr().out
        assert printed.count("Waiting, since another program keeps the gradebook locked: close it") == 1
        assert in_gradebook(course) == in_notebooks(course) == NOW

    def test_but_not_for_ever(self, course, locked, start, monkeypatch, capsys):
        monkeypatch.setattr(class_run, "Patience", partial(patience.Patience, seconds=0))
        assert start() == 2
        printed = capsys.readouterr().out
        assert "Stopped: 1 of 3 submissions graded and saved (nothing could be saved for 0 minutes, since " in printed
        locked.execute("ROLLBACK")
        assert in_gradebook(course) == in_notebooks(course) == {"ada": 20.0}
        assert start() == 0
        assert "1 of 3 are graded already, 2 to go (new). Goes on with run" in capsys.readouterr().out
        assert in_gradebook(course) == in_notebooks(course) == NOW

    def test_ctrl_c_ends_the_waiting(self, course, locked, start, monkeypatch, capsys):
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        replace_time(monkeypatch, patience, sleep=lambda seconds: os.kill(os.getpid(), signal.SIGINT))
        try:
            assert start() == 130
        finally:
            signal.signal(signal.SIGINT, before)
        assert "Stopped: 1 of 3" in capsys.readouterr().out
        locked.execute("ROLLBACK")
        assert in_gradebook(course) == in_notebooks(course) == {"ada": 20.0}


FULL_DISK = """
mount -t tmpfs -o size=6m tmpfs {small} && cp -R {course} {small}/course && rm -rf {small}/course/autograded
{python} -m tests.course_grader.full_disk {small}/course {small}/ballast
"""


@pytest.mark.slow
def test_a_full_disk_is_waited_for(course, tmp_path):
    """A real one: a small file system of its own, filled up after ada is saved and emptied when the grader waits."""
    small = tmp_path / "small"
    small.mkdir()
    script = FULL_DISK.format(small=small, course=course, python=sys.executable)
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", script], cwd=ROOT, capture_output=True, text=True
    )
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip(f"this system does not let us mount a file system: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    assert "Waiting, since there is no space left on the" in done.stdout
    assert json.loads(done.stdout.splitlines()[-1]) == NOW
