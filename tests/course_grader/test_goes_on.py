"""A lab graded again: what is graded and unchanged is kept, and the first line says what happens and why."""

import hashlib
import json
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbgrader.api import Gradebook
from sqlalchemy import text

from course_grader import cli, fingerprint
from course_grader.nbgrader_plugins import Course
from course_grader.runner import grade
from course_grader.sandbox import SandboxUnavailable
from tests.course_grader.fake_grading import FakeEngine, hand_in, write_course
from tests.paths import ROOT
from tests.tiny_course import LAB, cell_named, with_sources

OTHER_LAB = "01_other"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    root = write_course(tmp_path_factory.mktemp("template"))
    Course(root).register_lab(LAB)
    return root


@pytest.fixture
def course(template, tmp_path):
    """A course with three submissions."""
    root = shutil.copytree(template, tmp_path / "course")
    for student in ("ada", "ben", "mia"):
        hand_in(root / "submitted", student)
    return root


@pytest.fixture
def engine(monkeypatch):
    engine = FakeEngine({"ben": 0.5, "mia": 0.25})
    monkeypatch.setattr(grade, "Engine", engine)
    return engine


@pytest.fixture
def start(course, engine, capsys):
    """Starts the command; returns whom it graded, and the first line that it printed."""

    def start(*arguments, labs=(LAB,)):
        engine.graded.clear()
        start.code = cli.main(["grade", *labs, "--course", str(course), "--workers", "1", *map(str, arguments)])
        start.out, start.err = capsys.readouterr()
        return engine.graded[:], start.out.partition("\n")[0]

    return start


def notebook_of(course, student):
    return course / "submitted" / student / LAB / f"{LAB}.ipynb"


def change(course, student, **sources):
    nbformat.write(with_sources(**sources), notebook_of(course, student))


def everything_in(folder):
    """Contents and times of all files and folders."""
    return {
        str(path): (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "")
        for path in [folder, *folder.rglob("*")]
    }


def gradebook(course, name="gradebook.db"):
    return Gradebook(f"sqlite:///{course / name}", "deep-learning-labs")


class TestGoesOn:
    def test_the_first_start_grades_all(self, start):
        assert start() == (["ada", "ben", "mia"], f"{LAB}: 3 submissions to grade (new)")

    def test_a_second_start_grades_nothing_and_shows_everything(self, start, course):
        start()
        graded, line = start("--json", course / "grades.json")
        assert graded == []
        assert "1 double (5) · 2 count (15)" in start.out
        assert line == (f"{LAB}: 3 submissions, graded already and unchanged: nothing to grade (--force grades again)")
        assert start.code == 3 and "mia      ▶ NEEDS REVIEW   5 / 20" in start.out
        assert [entry["score"] for entry in json.loads((course / "grades.json").read_text())["submissions"]] == [
            20.0, 10.0, 5.0,
        ]  # fmt: skip

    def test_no_engine_is_started_if_there_is_nothing_to_do(self, start, engine, monkeypatch):
        start()
        monkeypatch.setattr(FakeEngine, "__enter__", lambda self: pytest.fail("an engine was started"))
        assert start()[0] == []

    def test_a_submission_that_was_handed_in_again_is_graded_again(self, start, course):
        start()
        change(course, "ben", double="# Exercise: double\ndef double(x): return x + x")
        assert start() == (["ben"], f"{LAB}: 2 of 3 are graded already, 1 to go (changed since)")
        assert "ada" in start.out and "mia" in start.out

    def test_so_is_one_with_another_time_or_another_helper_file(self, start, course):
        start()
        (notebook_of(course, "ada").parent / "timestamp.txt").write_text("2026-01-02 03:04:05 UTC")
        (notebook_of(course, "ben").parent / "helper.py").write_text("x = 1")
        assert start()[0] == ["ada", "ben"]

    def test_a_notebook_that_was_only_run_again_is_not(self, start, course):
        start()
        notebook = with_sources()
        cell_named(notebook, "double").outputs = [nbformat.v4.new_output("stream", text="hello")]
        cell_named(notebook, "double").execution_count = 7
        nbformat.write(notebook, notebook_of(course, "ben"))
        assert start()[0] == []

    def test_a_broken_submission_is_not_run_again_until_it_changes(self, start, course):
        notebook_of(course, "ada").write_text("{")
        start()
        assert start()[0] == [] and "✗ FAILED" in start.out
        notebook_of(course, "ada").write_text("{{")
        assert "1 to go (changed since)" in start()[1]

    def test_a_new_submission_joins_the_others(self, start, course):
        start()
        hand_in(course / "submitted", "zoe")
        assert start() == (["zoe"], f"{LAB}: 3 of 4 are graded already, 1 to go (new)")

    def test_a_changed_lab_is_graded_again(self, start, course):
        start()
        (course / "solutions" / LAB / "lab.toml").write_text("cell_seconds = 5\n")
        assert start() == (
            ["ada", "ben", "mia"], f"{LAB}: 3 submissions to grade again (because the lab has changed since)"
        )  # fmt: skip

    def test_so_is_everything_under_a_changed_grader(self, start, monkeypatch):
        start()
        monkeypatch.setattr(fingerprint, "installed_grader_hash", lambda: "another")
        graded, line = start()
        assert len(graded) == 3 and "because the grader has changed since (its code, Python or PyTorch)" in line

    def test_other_options_or_another_seed_grade_again(self, start):
        start("--seed", 1)
        assert "because the options differ" in start("--run-experiments", "--seed", 1)[1]
        assert "because the seed differs" in start("--run-experiments", "--seed", 2)[1]
        assert start("--run-experiments")[0] == []

    def test_a_graded_notebook_that_is_gone_is_made_again(self, start, course):
        start()
        shutil.rmtree(course / "autograded" / "ben" / LAB)
        graded, line = start()
        assert graded == ["ben"] and "because the graded notebook is missing or cannot be read" in line

    def test_grades_from_before_such_records_were_kept_are_made_again(self, start, course):
        start()
        with gradebook(course) as book:
            book.db.execute(text("DROP TABLE course_grader_provenance"))
            book.db.commit()
        assert "graded before, but this gradebook does not say from what" in start()[1]
        assert start()[0] == []

    def test_what_could_not_be_graded_is_tried_again(self, start, engine):
        engine.outcomes["ada"] = RuntimeError("a bug of ours")
        start()
        assert "a bug of ours" in start.out
        engine.outcomes["ada"] = 1.0
        assert start()[0] == ["ada"] and start.code == 3  # mia still needs review

    def test_a_folder_that_nbgrader_cannot_work_with_does_not_start_an_engine(self, start, course):
        hand_in(course / "submitted", "zoe [2]")
        start()
        graded, line = start()
        assert graded == [] and line.startswith(f"{LAB}: 3 of 4 are graded already, and nothing else can be graded")
        assert "Not graded: the folder name 'zoe [2]'" in start.out


class TestInterrupted:
    @pytest.fixture
    def interrupted(self, start, monkeypatch):
        """A run that Ctrl-C stopped after ada."""

        def press(*arguments):
            raise KeyboardInterrupt

        def run(*arguments):
            with monkeypatch.context() as patch:
                patch.setattr("course_grader.runner.run_progress._Lines.report", press)
                start("--seed", 7, *arguments)
            assert start.code == 130 and "Run the command again to go on" in start.out

        return run

    def test_it_goes_on_with_its_seed(self, start, interrupted, course):
        interrupted("--run", "first marking")
        graded, line = start("--json", course / "grades.json")
        assert graded == ["ben", "mia"]
        assert line == (f"{LAB}: 1 of 3 are graded already, 2 to go (new). Goes on with run first marking, seed 7")
        assert json.loads((course / "grades.json").read_text())["seed"] == 7

    def test_a_forced_run_goes_on_too(self, start, interrupted):
        start("--seed", 7)
        interrupted("--force")
        graded, line = start()
        assert graded == ["ben", "mia"] and "(not yet graded by this run)" in line and "Goes on with run" in line
        assert start()[0] == []

    def test_after_its_end_the_next_run_has_a_name_and_a_seed_of_its_own(self, start, course):
        start("--run", "one", "--seed", 7)
        hand_in(course / "submitted", "zoe")
        assert "Goes on" not in start("--seed", 8, "--run", "two")[1]
        runs = json.loads((course / "autograded" / ".runs" / f"{LAB}.json").read_text())["runs"]
        assert [(run["name"], run["finished"], len(run["planned"])) for run in runs] == [
            ("one", True, 3),
            ("two", True, 4),
        ]

    def test_a_name_is_given_once(self, start):
        start("--run", "one")
        start("--run", "one", "--force")
        assert start.code == 2 and "already has a run named 'one'" in start.err

    def test_one_student_of_it_does_not_end_it(self, start, interrupted):
        interrupted()
        assert start("--student", "ben")[0] == ["ben"]
        graded, line = start()
        assert graded == ["mia"] and "Goes on with run" in line

    def test_a_damaged_record_costs_no_grade(self, start, interrupted, course):
        interrupted()
        (course / "autograded" / ".runs" / f"{LAB}.json").write_text("")
        assert start() == (["ben", "mia"], f"{LAB}: 1 of 3 are graded already, 2 to go (new)")


class TestChoosing:
    @pytest.fixture(autouse=True)
    def graded(self, start, course):
        """ada could not be read, ben is changed since, mia needs review, zoe is new."""
        notebook_of(course, "ada").write_text("{")
        start()
        change(course, "ben", goodbye="print('again')")
        hand_in(course / "submitted", "zoe")

    @pytest.mark.parametrize(
        ("only", "students"),
        [(["review"], ["mia"]), (["changed"], ["ben"]), (["new"], ["zoe"]), (["new", "changed"], ["ben", "zoe"])],
        ids=str,
    )
    def test_only(self, start, only, students):
        graded, line = start(*(word for each in only for word in ("--only", each)))
        assert graded == students
        assert f"{len(students)} to go" in line and ("Left out by --only" in line) == (only != ["new", "changed"])

    def test_only_what_failed(self, start, engine):
        _, line = start("--only", "failed")
        assert line == f"{LAB}: 2 of 4 are graded already, 1 to go (failed). Left out by --only: 2 more"

    def test_the_table_has_the_others_too(self, start):
        start("--only", "new")
        assert all(student in start.out for student in ("ada", "ben", "mia", "zoe"))

    def test_nothing_of_the_kind(self, start):
        start("--only", "new")
        assert start("--only", "new") == ([], f"{LAB}: --only new: none of 4 submissions, nothing to grade")

    def test_what_could_not_be_saved_counts_as_failed(self, start, engine, course):
        engine.outcomes["zoe"] = RuntimeError("a bug of ours")
        start()
        engine.outcomes["zoe"] = 1.0
        assert "zoe" in start("--only", "failed")[0]

    def test_force_grades_everything(self, start):
        graded, line = start("--force")
        assert graded == ["ben", "mia", "zoe"] and line == f"{LAB}: 4 submissions to grade again (--force)"


class TestDryRun:
    @pytest.mark.parametrize("before", [False, True], ids=["nothing graded", "graded"])
    def test_it_says_what_would_be_graded_and_touches_nothing(self, start, course, tmp_path, before):
        if before:
            start()
            change(course, "ben", goodbye="print('again')")
        else:
            (course / "gradebook.db").unlink()
        state = everything_in(course)
        graded, line = start("--dry-run", "--json", tmp_path / "no" / "grades.json")
        assert graded == [] and everything_in(course) == state and not (tmp_path / "no").exists()
        assert line == (
            f"{LAB}: 2 of 3 are graded already, 1 to go (changed since)"
            if before
            else f"{LAB}: 3 submissions to grade (new)"
        )
        assert ("  ben: changed since" if before else "  ben: new") in start.out.splitlines()
        assert ("  ada: new" in start.out.splitlines()) is not before

    def test_nor_what_a_killed_program_has_left_of_its_change(self, start, course):
        """SQLite would complete or undo it when the gradebook is opened."""
        start()
        (course / "gradebook.db-journal").write_bytes(b"\0" * 512)
        state = everything_in(course)
        assert "nothing to grade" in start("--dry-run")[1]
        assert everything_in(course) == state


class TestOtherGradebook:
    def test_a_trial_leaves_the_courses_own_results_alone(self, start, course, tmp_path):
        start()
        state = everything_in(course / "autograded"), (course / "gradebook.db").read_bytes()
        hand_in(tmp_path / "in", "zoe")
        trial = ["--submissions", tmp_path / "in", "--db", f"sqlite:///{tmp_path / 'trial.db'}"]
        assert start(*trial)[0] == ["zoe"]
        assert (everything_in(course / "autograded"), (course / "gradebook.db").read_bytes()) == state
        assert (tmp_path / "trial-autograded" / "zoe" / LAB / f"{LAB}.ipynb").is_file()
        assert start(*trial)[0] == []

    def test_its_results_can_be_reported(self, start, course, tmp_path, capsys):
        hand_in(tmp_path / "in", "zoe")
        url = f"sqlite:///{tmp_path / 'trial.db'}"
        start("--submissions", tmp_path / "in", "--db", url)
        assert cli.main(["report", LAB, "--course", str(course), "--db", url]) == 0
        assert "zoe" in capsys.readouterr().out

    def test_the_courses_own_gradebook_by_its_url_is_not_another(self, start, course, tmp_path):
        hand_in(tmp_path / "in", "zoe")
        start("--submissions", tmp_path / "in", "--db", f"sqlite:///{course / 'gradebook.db'}")
        assert (course / "autograded" / "zoe" / LAB).is_dir()

    def test_a_folder_can_be_named(self, start, course, tmp_path):
        hand_in(tmp_path / "in", "zoe")
        start("--submissions", tmp_path / "in", "--autograded", tmp_path / "out")
        assert (tmp_path / "out" / "zoe" / LAB).is_dir() and not (course / "autograded").exists()


class TestSeveralLabs:
    @pytest.fixture
    def two_labs(self, course):
        """ada has handed in another lab, too."""
        folder = shutil.copytree(course / "solutions" / LAB, course / "solutions" / OTHER_LAB)
        (folder / f"{LAB}.ipynb").rename(folder / f"{OTHER_LAB}.ipynb")
        hand_in(course / "submitted", "ada", OTHER_LAB)

    @pytest.mark.parametrize("labs", [(LAB, OTHER_LAB), ("--all",)], ids=str)
    def test_one_command_grades_them(self, start, course, two_labs, labs):
        graded, _ = start("--json", course / "grades.json", labs=labs)
        assert sorted(graded) == ["ada", "ada", "ben", "mia"]
        files = json.loads((course / "grades.json").read_text())["labs"]
        assert sorted((lab["lab"], len(lab["submissions"])) for lab in files) == [(LAB, 3), (OTHER_LAB, 1)]

    def test_one_that_cannot_be_graded_does_not_stop_the_others(self, start, course, two_labs):
        shutil.rmtree(course / "submitted" / "ada" / OTHER_LAB)
        graded, _ = start(labs=(OTHER_LAB, LAB))
        assert graded == ["ada", "ben", "mia"] and start.code == 2
        assert f"course-grader: {OTHER_LAB} could not be graded: no submission of {OTHER_LAB}" in start.err

    def test_nor_does_one_that_needs_a_gpu_where_there_is_none(self, start, engine, two_labs, monkeypatch):
        def make(lab, *arguments, **options):
            if lab.name == OTHER_LAB:
                raise SandboxUnavailable("no GPU: check nvidia-smi")
            return engine(lab, *arguments, **options)

        monkeypatch.setattr(grade, "Engine", make)
        graded, _ = start(labs=(OTHER_LAB, LAB))
        assert graded == ["ada", "ben", "mia"] and start.code == 2
        assert f"course-grader: {OTHER_LAB} could not be graded: no GPU: check nvidia-smi" in start.err


def test_a_closed_terminal_does_not_end_a_run(course):
    """As in `course-grader grade LAB | head -1`."""
    command = [sys.executable, "-m", "tests.course_grader.killed_course", "none", str(course)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as grading:
        grading.stdout.readline()
        grading.stdout.close()
    assert grading.returncode == 0
    runs = json.loads((course / "autograded" / ".runs" / f"{LAB}.json").read_text())["runs"]
    assert [run["finished"] for run in runs] == [True]


def test_a_lab_that_is_being_graded_is_not_graded_twice(start, course):
    from course_grader.runner.run_record import LabRuns

    with LabRuns(course / "autograded", LAB).alone():
        start()
    assert start.code == 2 and f"{LAB} is being graded already, by process " in start.err
    assert start()[0] == ["ada", "ben", "mia"]
