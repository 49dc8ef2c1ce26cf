"""Many submissions: found, graded in parallel, saved by one thread, and stopped without losing any."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace

import nbformat
import pytest
from nbformat.v4 import new_notebook
from rich.console import Console

from course_grader.errors import CourseError
from course_grader.gradebook.lab_cells import lab_cells
from course_grader.notebooks import find_lab
from course_grader.repair import LabCells, Submission, repair_submission
from course_grader.results import GradedSubmission
from course_grader.runner import executor as executors
from course_grader.runner import grade
from course_grader.runner.class_run import ClassRun, grade_class
from course_grader.runner.deadline import Deadline, OutOfTime
from course_grader.runner.executor import grading_threads
from course_grader.runner.find_course import find_course
from course_grader.runner.in_background import InBackground
from course_grader.runner.interrupt import terminable, uninterrupted
from course_grader.runner.request import Request
from course_grader.runner.run_progress import progress
from course_grader.runner.submissions import find_submissions
from tests import nbgrader_course
from tests.course_grader.fake_grading import FakeEngine
from tests.tiny_course import LAB, tiny_notebook

WAIT = 20  # seconds; only a hang takes as long


@pytest.fixture(autouse=True)
def ctrl_c_counts():
    """Processes that a shell starts in the background ignore Ctrl-C, and their children inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class FakeWriter:
    """Records what the runner saves, and in which thread."""

    def __init__(self):
        self.saved, self.threads = [], set()

    def save(self, graded, wait):
        self.threads.add(threading.current_thread())
        self.saved.append(graded.student)


def graded(submission):
    return GradedSubmission(submission.student, LAB, 1, new_notebook())


def run(grade, writer, students, workers=2, report=lambda result: None):
    class_run = ClassRun([Submission(student, LAB, None) for student in students], seed=1)
    with grading_threads(workers) as executor:
        grade_class(class_run, grade, executor, workers, writer, report)
    return class_run


@pytest.mark.parametrize(("processors", "workers"), [(1, 2), (2, 3), (8, 9), (64, 72)])
def test_one_submission_more_than_processors_for_every_eight(processors, workers, monkeypatch):
    monkeypatch.setattr(executors, "_processors", lambda: processors)
    assert executors.default_workers() == workers


class TestGradeClass:
    def test_every_submission_is_graded_and_saved_in_order(self):
        writer = FakeWriter()
        class_run = run(graded, writer, ["cem", "ada", "ben"])
        assert [result.student for result in class_run.results] == ["cem", "ada", "ben"]
        assert sorted(writer.saved) == ["ada", "ben", "cem"]
        assert not class_run.interrupted

    def test_as_many_at_a_time_as_there_are_workers(self):
        together = threading.Barrier(3)  # breaks unless three wait at once

        def work(submission):
            together.wait(WAIT)
            return graded(submission)

        class_run = run(work, FakeWriter(), ["ada", "ben", "cem"], workers=3)
        assert [result.status for result in class_run.results] == ["graded"] * 3

    def test_one_thread_saves(self):
        writer = FakeWriter()
        run(graded, writer, ["ada", "ben", "cem", "dee"])
        assert writer.threads == {threading.current_thread()}

    def test_each_result_is_reported_once(self):
        reported = []
        run(graded, FakeWriter(), ["ada", "ben"], report=lambda result: reported.append(result.student))
        assert sorted(reported) == ["ada", "ben"]

    def test_a_failure_to_save_affects_only_one_submission(self):
        class Failing(FakeWriter):
            def save(self, graded, wait):
                if graded.student == "ada":
                    raise OSError(28, "No space left on device")
                super().save(graded, wait)

        writer = Failing()
        first, second = run(graded, writer, ["ada", "ben"]).results
        assert first.status == "failed"
        assert first.messages == ["The grades could not be saved: OSError: [Errno 28] No space left on device"]
        assert second.status == "graded" and writer.saved == ["ben"]

    def test_notebooks_do_not_pile_up(self):
        class_run = run(lambda s: GradedSubmission(s.student, LAB, 1, tiny_notebook()), FakeWriter(), ["ada", "ben"])
        assert all(not result.notebook.cells for result in class_run.results)

    def test_graded_notebooks_do_not_pile_up_before_a_slow_writer(self):
        finished, unsaved = [], []

        class Slow(FakeWriter):
            def save(self, graded, wait):
                time.sleep(0.05)
                unsaved.append(len(finished) - len(self.saved))
                super().save(graded, wait)

        run(lambda s: finished.append(s) or graded(s), Slow(), [f"student{number}" for number in range(20)], workers=2)
        assert len(unsaved) == 20 and max(unsaved) <= 4

    def test_what_concerns_every_submission_ends_the_run(self):
        def work(submission):
            raise CourseError("the reference fails")

        with pytest.raises(CourseError, match="the reference fails"):
            run(work, FakeWriter(), ["ada", "ben"])

    def test_ctrl_c_keeps_saved_results(self):
        def press(result):
            raise KeyboardInterrupt

        writer = FakeWriter()
        class_run = run(graded, writer, ["ada", "ben", "cem"], workers=1, report=press)
        assert class_run.interrupted
        assert [result.student for result in class_run.results] == ["ada"] == writer.saved

    def test_ctrl_c_does_not_interrupt_saving(self):
        class Slow(FakeWriter):
            def save(self, graded, wait):
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.01)  # the signal is handled between two instructions
                super().save(graded, wait)

        writer = Slow()
        class_run = run(graded, writer, ["ada", "ben"], workers=1)
        assert class_run.interrupted and len(writer.saved) == 1
        assert [result.student for result in class_run.results] == writer.saved


class TestInBackground:
    """What starts in the background, and ends with the block."""

    def test_the_future_has_the_entered_value_and_leaving_the_block_exits_it(self):
        ended = []

        @contextmanager
        def make():
            yield "engine"
            ended.append(True)

        with InBackground(make) as background:
            assert background.future.result(WAIT) == "engine" and not ended
        assert ended == [True]

    def test_a_failure_is_raised_where_the_result_is_used(self):
        @contextmanager
        def make():
            raise CourseError("no sandbox")
            yield

        with InBackground(make) as background, pytest.raises(CourseError, match="no sandbox"):
            background.future.result(WAIT)


class HangingEngine(FakeEngine):
    """Never comes back from one student's submission, until it is released."""

    def __init__(self, student):
        super().__init__({})
        self.student, self.released = student, threading.Event()

    def _run(self, graded, files):
        if graded.student == self.student:
            self.released.wait()
        super()._run(graded, files)


class TestDeadline:
    def test_a_step_gives_its_result_or_its_error(self):
        deadline = Deadline(WAIT)
        assert deadline.run(divmod, 7, 2) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            deadline.run(divmod, 7, 0)

    def test_the_steps_share_the_time(self):
        deadline = Deadline(0.2)
        deadline.run(time.sleep, 0.15)
        with pytest.raises(OutOfTime):
            deadline.run(time.sleep, 0.15)

    def test_the_time_between_them_does_not_count(self):
        deadline = Deadline(1)
        time.sleep(1.1)
        deadline.run(divmod, 7, 2)


class TestGrading:
    """One submission, from its file to its record, with an engine that may still be starting."""

    def grading(self, course, engine):
        future = Future()
        future.set_result(engine(find_lab(LAB, course.root)))
        with course.gradebook() as gradebook:
            return grade.Grading(future, LabCells(lab_cells(gradebook, LAB)), seed=1)

    def submission(self, folder, text):
        folder.mkdir()
        (folder / f"{LAB}.ipynb").write_text(text)
        return Submission("ada", LAB, folder)

    def test_an_unreadable_submission_gets_a_result_without_being_run(self, course, tmp_path):
        engine = FakeEngine({})
        result = self.grading(course, engine)(self.submission(tmp_path / "in", "{"))
        assert (result.status, result.max_score, engine.graded) == ("failed", 20.0, [])

    def test_a_failure_of_the_grader_affects_only_one_submission(self, course, tmp_path):
        grading = self.grading(course, FakeEngine({"ada": RuntimeError("the judge is gone")}))
        result = grading(self.submission(tmp_path / "in", nbformat.writes(tiny_notebook())))
        assert result.status == "failed" and not result.saved
        assert result.messages == ["The grader itself failed: RuntimeError: the judge is gone"]

    def test_a_submission_that_takes_too_long_gets_a_result_and_the_run_goes_on(self, course, tmp_path):
        engine = HangingEngine("ada")
        grading = replace(self.grading(course, engine), seconds=2.0)
        ada = self.submission(tmp_path / "in", nbformat.writes(tiny_notebook()))
        run, writer = ClassRun([ada, replace(ada, student="ben")], 1), FakeWriter()
        try:
            with grading_threads(1) as executor:
                grade_class(run, grading, executor, 1, writer, lambda graded: None)
        finally:
            engine.released.set()
        stopped, other = run.results
        assert stopped.messages == ["Grading took longer than 2 s in all and was stopped; earlier grades are kept."]
        assert stopped.status == "failed" and writer.saved == ["ben"]
        assert other.status != "failed"

    def test_the_time_for_repairing_counts(self, course, tmp_path, monkeypatch):
        released = threading.Event()
        monkeypatch.setattr(grade, "repair_submission", lambda *arguments: released.wait())
        grading = replace(self.grading(course, FakeEngine({})), seconds=1.0)
        result = grading(self.submission(tmp_path / "in", nbformat.writes(tiny_notebook())))
        released.set()
        assert result.messages == ["Grading took longer than 1 s in all and was stopped; earlier grades are kept."]

    def test_a_broken_lab_ends_the_run(self, course, tmp_path):
        grading = self.grading(course, FakeEngine({"ada": CourseError("the reference fails")}))
        with pytest.raises(CourseError, match="the reference fails"):
            grading(self.submission(tmp_path / "in", nbformat.writes(tiny_notebook())))

    def test_repairing_does_not_wait_for_the_engine(self, course, tmp_path, monkeypatch):
        repaired = threading.Event()

        def watched(*arguments):
            repaired.set()
            return repair_submission(*arguments)

        monkeypatch.setattr(grade, "repair_submission", watched)
        grading = self.grading(course, FakeEngine({}))
        waiting = Future()
        thread = threading.Thread(
            target=grade.Grading(waiting, grading.lab, 1), args=[self.submission(tmp_path / "in", "{")]
        )
        thread.start()
        assert repaired.wait(WAIT), "the engine was waited for before anything was repaired"
        waiting.set_result(grading.engine.result())
        thread.join(WAIT)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_command_leaves_only_its_scores_behind(course, number):
    """With the real command. Batch systems and `kill` send SIGTERM."""
    released = nbformat.read(course.root / "labs" / LAB / f"{LAB}.ipynb", as_version=4)
    nbgrader_course.hand_in(course.root, "ada", released)
    nbgrader_course.hand_in(course.root, "ben", nbgrader_course.answered(released, goodbye="while True: pass"))
    with tempfile.TemporaryDirectory() as scratch:  # sockets in it need a short path
        command = [sys.executable, "-m", "course_grader.cli", "grade", LAB, "--course", course.root, "--workers", "1",
                   "--unsafe-no-sandbox", "--json", course.root / "grades.json"]  # fmt: skip
        grading = subprocess.Popen(
            command, env=os.environ | {"TMPDIR": scratch, "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True
        )
        assert "2 submissions to grade (new)" in grading.stdout.readline()
        assert "ada ✓ graded" in grading.stdout.readline()
        grading.send_signal(number)
        printed, _ = grading.communicate(timeout=60)
        assert grading.returncode == 130
        assert "Stopped: 1 of 2 submissions graded and saved" in printed
        assert os.listdir(scratch) == []
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
    def test_without_a_signal_nothing_is_raised_and_the_handler_is_restored(self, number):
        before = signal.getsignal(number)
        with terminable(), uninterrupted():
            pass
        assert signal.getsignal(number) is before

    def test_ignored_signals_stay_ignored(self):
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

    def test_hidden_folders_and_files_are_skipped(self, handed_in):
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
        with pytest.raises(CourseError, match="no folder"):
            find_submissions(tmp_path / "nowhere", LAB)

    def test_an_unknown_student_lists_the_known_ones(self, handed_in):
        with pytest.raises(CourseError, match=r"'eve'.*found: ada, ben"):
            find_submissions(handed_in, LAB, "eve")


@pytest.mark.parametrize("name", ["ann ", " ann", "an*n", "ann[1]", "an\nn", "an\udc80n"])
def test_a_name_that_nbgrader_cannot_use_is_announced_and_not_graded(course, tmp_path, monkeypatch, name):
    for student in ("ann", name):
        folder = tmp_path / "in" / student / LAB
        folder.mkdir(parents=True)
        nbformat.write(tiny_notebook(), folder / f"{LAB}.ipynb")
    engine = FakeEngine({})
    monkeypatch.setattr(grade, "Engine", engine)
    console = Console(width=200)
    with console.capture() as captured:
        run = grade.grade_lab(find_lab(LAB, course.root), Request(1, tmp_path / "in"), console)
    plan, announced, first, *_ = captured.get().splitlines()
    assert plan == f"{LAB}: 1 of 2 to grade (new)"
    assert announced.startswith(f"Not graded: the folder name {name!r} ") and "ann ✓ graded" in first
    assert engine.graded == ["ann"]
    results = {result.student: result for result in run.results}
    assert results["ann"].status == "graded"
    assert results[name].status == "failed"
    assert results[name].messages[0].startswith(f"The folder name {name!r} ")


def test_a_submission_without_a_notebook_gets_zero_and_a_message(course, tmp_path, monkeypatch):
    """From the folder to the gradebook, with the real writer."""
    folder = tmp_path / "in" / "ada" / LAB
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text("My laptop broke.")
    monkeypatch.setattr(grade, "Engine", FakeEngine({}))
    run = grade.grade_lab(find_lab(LAB, course.root), Request(1, tmp_path / "in"), Console(quiet=True))
    (result,) = run.results
    assert (result.status, result.score, result.max_score) == ("failed", 0.0, 20.0)
    assert result.messages == [f"The submission contains no notebook: expected {LAB}.ipynb, found notes.txt."]
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

    def test_elsewhere_it_says_what_a_course_needs(self, tmp_path):
        with pytest.raises(CourseError, match=r"nbgrader_config.py beside a folder solutions/"):
            find_course(tmp_path)


class TestProgress:
    def show(self, console):
        with progress(console, "01", 2) as report:
            report(GradedSubmission("ada", LAB, 0, new_notebook()))
            report(GradedSubmission("ben", LAB, 0, new_notebook(), ran=False, messages=["The kernel died"]))

    def test_a_log_gets_one_line_per_submission(self):
        console = Console(width=100)
        with console.capture() as captured:
            self.show(console)
        assert captured.get().splitlines() == ["01 1/2 ada ✓ graded 0 / 0", "01 2/2 ben ✗ FAILED –"]

    def test_a_terminal_keeps_only_lines_that_need_review(self):
        console = Console(width=100, force_terminal=True, color_system=None)
        with console.capture() as captured:
            self.show(console)
        lines = [line for line in captured.get().splitlines() if "ben" in line or "ada" in line]
        assert ["✗ ben: The kernel died" in line for line in lines] == [True]
