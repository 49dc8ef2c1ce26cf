"""Many submissions: found, graded side by side, saved by one thread, and stopped without losing any."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager

import nbformat
import pytest
from rich.console import Console

from course_grader.notebooks import CourseError, find_lab
from course_grader.results import SubmissionResult
from course_grader.runner import grade
from course_grader.runner.class_run import run_class
from course_grader.runner.course import find_course
from course_grader.runner.interrupt import terminable, uninterrupted
from course_grader.runner.progress import progress
from course_grader.runner.starting import Starting
from course_grader.runner.submissions import Submission, find_submissions, take_copy
from tests import nbgrader_course
from tests.course_grader.fake_grading import FakeEngine
from tests.tiny_course import LAB

WAIT = 20  # seconds; only a hang takes as long


@pytest.fixture(autouse=True)
def ctrl_c_counts():
    """A shell has what it runs in the background ignore Ctrl-C, this test run too, and processes inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Desk:
    """Keeps what the runner saves, and on which thread."""

    def __init__(self, unusable=()):
        self.unusable = unusable
        self.saved, self.threads = {}, set()

    def sanitize(self, submission):
        return None if submission.student in self.unusable else {"of": submission.student}

    def save(self, submission, graded):
        self.threads.add(threading.current_thread())
        self.saved[submission.student] = graded
        return SubmissionResult(submission.student, LAB, 0, status="graded" if graded else "failed")

    def give_up(self, submission, reason):
        return SubmissionResult(submission.student, LAB, 0, messages=[reason])


class Grader:
    """Calls `work(student)` in place of grading; counts how often it was ended."""

    def __init__(self, work=lambda student: student):
        self.work = work
        self.ended = threading.Event()

    def grade(self, notebook, student, seed):
        assert notebook == {"of": student}
        return self.work(student)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.ended.set()


def run(grader, desk, students, workers=2, report=lambda result: None):
    submissions = [Submission(student, None) for student in students]
    return run_class(submissions, Starting(lambda: grader), desk, workers=workers, seed=1, report=report)


class TestRunClass:
    def test_every_submission_is_graded_and_saved_in_order(self):
        desk, grader = Desk(), Grader(lambda student: student.upper())
        outcome = run(grader, desk, ["cem", "ada", "ben"])
        assert [result.student for result in outcome.results] == ["cem", "ada", "ben"]
        assert desk.saved == {"ada": "ADA", "ben": "BEN", "cem": "CEM"}
        assert not outcome.interrupted and grader.ended.is_set()

    def test_as_many_at_a_time_as_there_are_workers(self):
        together = threading.Barrier(3)  # breaks unless three wait at once
        outcome = run(Grader(lambda student: together.wait(WAIT) >= 0), Desk(), ["ada", "ben", "cem"], workers=3)
        assert [result.status for result in outcome.results] == ["graded"] * 3

    def test_one_thread_saves(self):
        desk = Desk()
        run(Grader(), desk, ["ada", "ben", "cem", "dee"])
        assert desk.threads == {threading.current_thread()}

    def test_each_result_is_reported_once(self):
        reported = []
        run(Grader(), Desk(), ["ada", "ben"], report=lambda result: reported.append(result.student))
        assert sorted(reported) == ["ada", "ben"]

    def test_what_cannot_be_read_is_saved_without_being_run(self):
        desk = Desk(unusable=["ben"])
        outcome = run(Grader(), desk, ["ada", "ben"])
        assert desk.saved == {"ada": "ada", "ben": None}
        assert [result.status for result in outcome.results] == ["graded", "failed"]

    def test_the_graders_own_failure_costs_one_submission(self):
        def work(student):
            if student == "ada":
                raise RuntimeError("the judge is gone")
            return student

        desk = Desk()
        first, second = run(Grader(work), desk, ["ada", "ben"]).results
        assert first.status == "failed" and "RuntimeError: the judge is gone" in first.messages[0]
        assert second.status == "graded" and "ada" not in desk.saved

    def test_a_broken_lab_ends_the_run(self):
        def work(student):
            raise CourseError("the reference fails")

        with pytest.raises(CourseError, match="the reference fails"):
            run(Grader(work), Desk(), ["ada", "ben"])

    def test_a_grader_that_cannot_start_ends_the_run(self):
        @contextmanager
        def make():
            raise CourseError("no sandbox")
            yield

        with pytest.raises(CourseError, match="no sandbox"):
            run(make(), Desk(), ["ada"])

    def test_sanitizing_does_not_wait_for_the_grader(self):
        sanitized = threading.Event()

        class Watching(Desk):
            def sanitize(self, submission):
                sanitized.set()
                return super().sanitize(submission)

        @contextmanager
        def make():
            assert sanitized.wait(WAIT), "the grader was waited for before anything was sanitized"
            yield Grader()

        outcome = run(make(), Watching(), ["ada"])
        assert [result.status for result in outcome.results] == ["graded"]

    def test_ctrl_c_keeps_what_is_saved_and_ends_the_kernels(self):
        ended_in_time = []

        def work(student):
            if student != "ada":
                ended_in_time.append(grader.ended.wait(WAIT))
            return student

        def press(result):
            raise KeyboardInterrupt

        desk, grader = Desk(), Grader(work)
        outcome = run(grader, desk, ["ada", "ben", "cem"], report=press)
        assert outcome.interrupted and all(ended_in_time)
        assert [result.student for result in outcome.results] == ["ada"] == list(desk.saved)

    def test_ctrl_c_never_cuts_a_save_short(self):
        class Slow(Desk):
            def save(self, submission, graded):
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.01)  # the signal is handled between two instructions
                return super().save(submission, graded)

        desk = Slow()
        outcome = run(Grader(), desk, ["ada", "ben"], workers=1)
        assert outcome.interrupted and len(desk.saved) == 1
        assert [result.student for result in outcome.results] == list(desk.saved)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_command_that_is_told_to_end_leaves_its_scores_and_nothing_else(course, number):
    """For real. A batch system, or `kill`, says SIGTERM."""
    released = nbformat.read(course.root / "labs" / LAB / f"{LAB}.ipynb", as_version=4)
    nbgrader_course.hand_in(course.root, "ada", released)
    nbgrader_course.hand_in(course.root, "ben", nbgrader_course.answered(released, goodbye="while True: pass"))
    with tempfile.TemporaryDirectory() as scratch:  # sockets in it need a short path
        command = [sys.executable, "-m", "course_grader.cli", "grade", LAB, "--course", course.root, "--workers", "1",
                   "--unsafe-no-sandbox", "--json", course.root / "grades.json"]  # fmt: skip
        grading = subprocess.Popen(
            command, env=os.environ | {"TMPDIR": scratch, "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True
        )
        assert "ada graded" in grading.stdout.readline()
        grading.send_signal(number)
        printed, _ = grading.communicate(timeout=60)
        assert grading.returncode == 130
        assert "Stopped: 1 of 2 submissions graded and saved" in printed
        assert set(os.listdir(scratch)) <= {"dask-scratch-space"}  # Dask keeps its locks there
    (ada,) = json.loads((course.root / "grades.json").read_text())["submissions"]
    assert ada["student"] == "ada"


class TestUninterrupted:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_a_signal_waits_for_the_end_of_the_block(self, number):
        reached = []
        with pytest.raises(KeyboardInterrupt), terminable(), uninterrupted():
            os.kill(os.getpid(), number)
            time.sleep(0.01)  # the signal is handled between two instructions
            reached.append("end")
        assert reached == ["end"]

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_without_a_signal_nothing_is_raised_and_the_handler_is_back(self, number):
        before = signal.getsignal(number)
        with terminable(), uninterrupted():
            pass
        assert signal.getsignal(number) is before

    def test_what_is_ignored_stays_ignored(self):
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            with uninterrupted():
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.01)
        finally:
            signal.signal(signal.SIGINT, before)


@pytest.fixture
def handed_in(tmp_path):
    for student in ("ben", "ada"):
        folder = tmp_path / "in" / student / LAB
        folder.mkdir(parents=True)
        (folder / f"{LAB}.ipynb").write_text("{}")
    return tmp_path / "in"


class TestSubmissions:
    def test_found_by_name(self, handed_in):
        assert [entry.student for entry in find_submissions(handed_in, LAB)] == ["ada", "ben"]
        assert [entry.student for entry in find_submissions(handed_in, LAB, "ben")] == ["ben"]

    def test_hidden_folders_and_files_are_no_students(self, handed_in):
        (handed_in / ".git" / LAB).mkdir(parents=True)
        (handed_in / "list.csv").write_text("")
        assert len(find_submissions(handed_in, LAB)) == 2

    def test_wrong_layout_shows_expected_and_found(self, tmp_path):
        (tmp_path / "ada").mkdir()
        (tmp_path / "ada" / "work.ipynb").write_text("{}")
        with pytest.raises(CourseError, match=rf"expected .*<student>/{LAB}/{LAB}.ipynb, found ada/work.ipynb"):
            find_submissions(tmp_path, LAB)

    def test_empty_and_missing_folders_are_named(self, tmp_path):
        with pytest.raises(CourseError, match="found nothing"):
            find_submissions(tmp_path, LAB)
        with pytest.raises(CourseError, match="there is no folder"):
            find_submissions(tmp_path / "nowhere", LAB)

    def test_an_unknown_student_shows_who_is_there(self, handed_in):
        with pytest.raises(CourseError, match=r"'eve'.*there are: ada, ben"):
            find_submissions(handed_in, LAB, "eve")

    def test_a_copy_leaves_links_behind_and_says_so(self, handed_in, tmp_path):
        secret = tmp_path / "solution.ipynb"
        secret.write_text("the answer")
        folder = handed_in / "ada" / LAB
        (folder / f"{LAB}.ipynb").unlink()
        (folder / f"{LAB}.ipynb").symlink_to(secret)
        (folder / "data.csv").write_text("1,2")
        copy = take_copy(Submission("ada", folder), LAB, tmp_path / "copy")
        assert [path.name for path in copy.folder.iterdir()] == ["data.csv"]
        assert f"{LAB}.ipynb" in copy.messages[0]

    def test_a_copy_of_a_read_only_folder_can_be_removed(self, handed_in, tmp_path):
        folder = handed_in / "ada" / LAB
        (folder / f"{LAB}.ipynb").chmod(0o444)
        folder.chmod(0o555)
        copy = take_copy(Submission("ada", folder), LAB, tmp_path / "copy")
        folder.chmod(0o755)
        assert copy.folder.stat().st_mode & 0o700 == 0o700
        assert (copy.folder / f"{LAB}.ipynb").stat().st_mode & 0o600 == 0o600


def test_a_submission_without_a_notebook_is_a_zero_that_says_so(course, tmp_path, monkeypatch):
    """From the folder to the gradebook, with nbgrader's own writer."""
    folder = tmp_path / "in" / "ada" / LAB
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text("My laptop broke.")
    monkeypatch.setattr(grade, "Engine", FakeEngine({}))
    outcome = grade.grade_lab(find_lab(LAB, course.root), grade.Request(1, tmp_path / "in"), Console(quiet=True))
    (result,) = outcome.results
    assert (result.status, result.score, result.max_score) == ("failed", 0.0, 20.0)
    assert result.messages == [f"There is no notebook in the submission, expected {LAB}.ipynb; files there: notes.txt."]
    with course.gradebook() as gradebook:
        saved = gradebook.find_submission_notebook(LAB, LAB, "ada")
        assert saved.score == 0 and saved.needs_manual_grade
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


class TestFindCourse:
    def test_from_inside_the_course(self, tmp_path, monkeypatch):
        (tmp_path / "solutions" / LAB).mkdir(parents=True)
        (tmp_path / "nbgrader_config.py").write_text("")
        monkeypatch.chdir(tmp_path / "solutions" / LAB)
        assert find_course() == tmp_path

    def test_elsewhere_it_says_what_makes_a_course(self, tmp_path):
        with pytest.raises(CourseError, match=r"nbgrader_config.py beside a folder solutions/"):
            find_course(tmp_path)


class TestProgress:
    def show(self, console):
        with progress(console, "01", 2) as report:
            report(SubmissionResult("ada", LAB, 0, status="graded"))
            report(SubmissionResult("ben", LAB, 0, messages=["The kernel died"]))

    def test_a_log_gets_a_line_a_submission(self):
        console = Console(width=100)
        with console.capture() as captured:
            self.show(console)
        assert captured.get().splitlines() == ["01 1/2 ada graded 0 / 0", "01 2/2 ben failed –"]

    def test_a_terminal_keeps_only_what_needs_a_person(self):
        console = Console(width=100, force_terminal=True, color_system=None)
        with console.capture() as captured:
            self.show(console)
        lines = [line for line in captured.get().splitlines() if "ben" in line or "ada" in line]
        assert ["✗ ben: The kernel died" in line for line in lines] == [True]


def test_the_cluster_is_open_to_nobody():
    """No port on another interface than this machine's own."""
    import psutil

    def work(student):
        return [entry.laddr.ip for entry in psutil.Process().net_connections("inet") if entry.status == "LISTEN"]

    desk = Desk()
    run(Grader(work), desk, ["ada"])
    assert set(desk.saved["ada"]) == {"127.0.0.1"}
