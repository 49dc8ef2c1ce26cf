"""The command line as instructors use it: what it prints, writes and returns. Only the last tests start processes."""

import hashlib
import json
import os
import shutil
import subprocess
import sys

import pytest
from nbgrader.api import Gradebook

from course_grader import cli
from course_grader.diagnosis import Diagnoses
from course_grader.engine_options import EngineOptions
from course_grader.errors import CourseError
from course_grader.nbgrader_plugins import Course
from course_grader.results import Phases
from course_grader.runner import grade
from tests.course_grader.fake_grading import MESSAGE, FakeEngine, hand_in, write_course
from tests.paths import ROOT, sandbox_missing
from tests.tiny_course import LAB


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A course whose gradebook contains the lab."""
    root = write_course(tmp_path_factory.mktemp("template"))
    Course(root).register_lab(LAB)
    return root


@pytest.fixture
def course(template, tmp_path):
    return shutil.copytree(template, tmp_path / "course")


@pytest.fixture
def engine(monkeypatch):
    engine = FakeEngine({"ben": 0.5, "mia": 0.25, "bug": RuntimeError("a bug of ours")})
    monkeypatch.setattr(grade, "Engine", engine)
    return engine


def run(course, *arguments):
    return cli.main(["grade", LAB, "--course", str(course), *map(str, arguments)])


def fingerprint(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def saved_score(course, student):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "deep-learning-labs") as gradebook:
        return sum(grade.auto_score or 0 for grade in gradebook.find_submission_notebook(LAB, LAB, student).grades)


class TestGrade:
    def test_a_class_is_graded_saved_and_shown(self, course, engine, capsys):
        for student in ("ada", "ben"):
            hand_in(course / "submitted", student)
        assert run(course, "--json", course / "grades.json", "--seed", 7) == 0
        printed = capsys.readouterr().out
        assert "ada      ✓ graded  20 / 20" in printed and "ben      ✓ graded  10 / 20" in printed
        grades = json.loads((course / "grades.json").read_text())
        assert (grades["lab"], grades["seed"]) == (LAB, 7)
        ada, ben = grades["submissions"]
        assert (ada["student"], ada["status"], ada["score"], ada["max_score"]) == ("ada", "graded", 20.0, 20.0)
        assert ben["exercises"]["count"] == {
            "points": 7.5, "max": 15.0, "tests": {"Visible.test_one": "failed"}, "diagnoses": [],
            "device_problem": "",
        }  # fmt: skip
        assert ada["manual"] == {"max": 5.0, "pending": 5.0}
        assert saved_score(course, "ben") == 10.0
        assert (course / "autograded" / "ada" / LAB / f"{LAB}.ipynb").is_file()

    def test_a_submission_that_needs_review_makes_the_exit_code_3(self, course, engine, capsys):
        for student in ("ada", "mia"):
            hand_in(course / "submitted", student)
        assert run(course) == 3
        printed = capsys.readouterr().out
        assert "mia      ▶ NEEDS REVIEW   5 / 20" in printed and MESSAGE in printed

    @pytest.mark.parametrize(("content", "reason"), [("{'cells': [", "not valid JSON"), (None, "contains no notebook")])
    def test_a_damaged_submission_affects_no_other(self, course, engine, capsys, content, reason):
        hand_in(course / "submitted", "ada")
        place = hand_in(course / "submitted", "zoe")
        if content is None:
            (place / f"{LAB}.ipynb").rename(place / "my work.txt")
        else:
            (place / f"{LAB}.ipynb").write_text(content)
        assert run(course, "--json", course / "grades.json") == 3
        ada, zoe = json.loads((course / "grades.json").read_text())["submissions"]
        assert (ada["status"], zoe["status"]) == ("graded", "failed")
        assert any(reason in message for message in zoe["messages"]) and engine.graded == ["ada"]
        assert (zoe["score"], zoe["max_score"]) == (0.0, 20.0)

    def test_a_failure_of_the_grader_is_not_a_zero(self, course, engine, capsys):
        hand_in(course / "submitted", "bug")
        assert run(course) == 3
        assert "The grader itself failed: RuntimeError: a bug of ours" in capsys.readouterr().out
        assert not (course / "autograded" / "bug").exists()

    def test_given_submissions_are_not_changed(self, course, engine, tmp_path):
        hand_in(tmp_path / "exam (1)+", "ada")
        before = fingerprint(tmp_path / "exam (1)+")
        assert run(course, "--submissions", tmp_path / "exam (1)+") == 0
        assert fingerprint(tmp_path / "exam (1)+") == before and engine.graded == ["ada"]
        assert not (course / "submitted").exists()

    def test_one_student(self, course, engine):
        for student in ("ada", "ben"):
            hand_in(course / "submitted", student)
        assert run(course, "--student", "ben") == 0
        assert engine.graded == ["ben"]

    def test_a_forced_run_replaces_the_first(self, course, engine):
        hand_in(course / "submitted", "ada")
        assert run(course) == 0
        engine.outcomes["ada"] = 0.5
        assert run(course, "--force") == 0
        assert saved_score(course, "ada") == 10.0

    def test_the_lab_is_registered_in_another_gradebook(self, course, engine, tmp_path):
        hand_in(course / "submitted", "ada")
        before = (course / "gradebook.db").read_bytes()
        assert run(course, "--db", f"sqlite:///{tmp_path / 'other.db'}") == 0
        assert (tmp_path / "other.db").is_file() and (course / "gradebook.db").read_bytes() == before

    def test_options_reach_the_grader(self, course, engine):
        hand_in(course / "submitted", "ada")
        run(course)
        assert isinstance(engine.diagnoser, Diagnoses)
        assert isinstance(engine.phases, Phases)
        assert engine.options == EngineOptions()
        run(course, "--unsafe-no-sandbox", "--run-experiments", "--run-all", "--gpu", "--profile", "full")
        assert engine.options == EngineOptions(
            sandbox=False, run_experiments=True, run_all=True, gpu=True, profile="full"
        )

    def test_ctrl_c_reports_what_is_saved(self, course, engine, capsys, monkeypatch):
        for student in ("ada", "ben"):
            hand_in(course / "submitted", student)

        def press(*arguments):
            raise KeyboardInterrupt

        monkeypatch.setattr("course_grader.runner.run_progress._Lines.report", press)
        assert run(course, "--json", course / "grades.json") == 130
        assert "Stopped: 1 of 2 submissions graded and saved" in capsys.readouterr().out
        assert len(json.loads((course / "grades.json").read_text())["submissions"]) == 1


class TestReport:
    def test_earlier_results_are_shown_without_grading(self, course, engine, capsys):
        for student in ("ada", "ben"):
            hand_in(course / "submitted", student)
        assert run(course, "--json", course / "run.json", "--page", course / "run.html") == 0
        engine.graded.clear()
        arguments = [
            "--course",
            str(course),
            "--json",
            str(course / "again.json"),
            "--page",
            str(course / "again.html"),
        ]
        assert cli.main(["report", LAB, *arguments]) == 0
        assert engine.graded == []
        first, again = (json.loads((course / name).read_text()) for name in ("run.json", "again.json"))
        assert again["submissions"] == first["submissions"]
        pages = [(course / name).read_text() for name in ("run.html", "again.html")]
        assert all("ben" in page and "One statement" in page for page in pages)

    def test_written_answers_graded_since_are_not_pending(self, course, engine):
        hand_in(course / "submitted", "ada")
        run(course)
        with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "deep-learning-labs") as gradebook:
            grade = gradebook.find_grade("explain_nothing", LAB, LAB, "ada")
            grade.manual_score, grade.needs_manual_grade = 4.0, False
            gradebook.db.commit()
        assert cli.main(["report", LAB, "--course", str(course), "--json", str(course / "again.json")]) == 0
        (ada,) = json.loads((course / "again.json").read_text())["submissions"]
        assert ada["manual"] == {"max": 5.0, "pending": 0.0}

    def test_if_nothing_is_graded_it_says_what_to_do(self, course, capsys):
        assert cli.main(["report", LAB, "--course", str(course)]) == 2
        assert f"no submission of {LAB} is graded yet" in capsys.readouterr().err

    def test_a_notebook_graded_by_another_version_is_named(self, course, engine, capsys):
        hand_in(course / "submitted", "ada")
        run(course)
        path = course / "autograded" / "ada" / LAB / f"{LAB}.ipynb"
        notebook = json.loads(path.read_text())
        del notebook["metadata"]["course_grader"]["exercises"]
        path.chmod(0o644)
        path.write_text(json.dumps(notebook))
        assert cli.main(["report", LAB, "--course", str(course)]) == 2
        assert "ada" in (error := capsys.readouterr().err) and "grade it again" in error


class TestWrongUsage:
    def check(self, capsys, code, *words):
        error = capsys.readouterr().err
        assert code == 2 and all(word in error for word in words)
        assert error.startswith("course-grader: ") and error.count("\n") == 1

    def test_unknown_lab(self, course, engine, capsys):
        code = cli.main(["grade", "99_none", "--course", str(course)])
        self.check(capsys, code, "no lab named '99_none'", LAB)

    def test_no_submissions(self, course, engine, capsys):
        self.check(capsys, run(course), "no folder", f"<student>/{LAB}/{LAB}.ipynb")

    def test_submissions_in_another_layout(self, course, engine, capsys, tmp_path):
        (tmp_path / "in" / "ada").mkdir(parents=True)
        (tmp_path / "in" / "ada" / f"{LAB}.ipynb").write_text("{}")
        code = run(course, "--submissions", tmp_path / "in")
        self.check(capsys, code, f"<student>/{LAB}/{LAB}.ipynb", f"found ada/{LAB}.ipynb")

    def test_no_course(self, tmp_path, capsys):
        self.check(capsys, cli.main(["doctor", "--course", str(tmp_path)]), "no course in")

    def test_a_file_that_cannot_be_written_is_reported_before_grading(self, course, engine, capsys):
        hand_in(course / "submitted", "ada")
        self.check(capsys, run(course, "--json", course), f"{course} is a folder", "expected the name of a file")
        below_a_file = course / "pyproject.toml" / "grades.json"
        self.check(capsys, run(course, "--json", below_a_file), str(below_a_file.parent), "check that it exists")
        assert engine.graded == []

    def test_an_os_error_without_a_path_is_not_hidden(self, course, engine, monkeypatch):
        def fail(*arguments):
            raise OSError("a fault of ours")

        monkeypatch.setattr("course_grader.runner.find_course.find_course", fail)
        with pytest.raises(OSError, match="a fault of ours"):
            run(course)

    def test_a_broken_lab(self, course, engine, capsys):
        hand_in(course / "submitted", "ada")
        engine.outcomes["ada"] = CourseError("the reference of 00_tiny fails in cell 3")
        self.check(capsys, run(course), "fails in cell 3")

    def test_a_configuration_without_our_plug_ins(self, course, engine, capsys):
        hand_in(course / "submitted", "ada")
        (course / "nbgrader_config.py").write_text("get_config().CourseDirectory.source_directory = 'solutions'\n")
        self.check(capsys, run(course), "CourseExecute", "Nothing was graded")
        assert not (course / "autograded" / "ada").exists()

    @pytest.mark.parametrize("labs", [[], [LAB, "--all"]], ids=str)
    def test_neither_labs_nor_all_of_them_or_both(self, course, engine, capsys, labs):
        self.check(capsys, cli.main(["grade", *labs, "--course", str(course)]), "expected the name of a lab, or --all")

    @pytest.mark.parametrize(
        "arguments", [[], ["grade", LAB, "--only", "old"], ["grade", LAB, "--force", "--only", "new"],
         ["grade", LAB, "--workers", "0"], ["grade", LAB, "--seed", "-1"], ["sing"],
         ["grade", LAB, "--db", "grades.db"], ["grade", LAB, "--db", "sqlite:////no/such/folder/grades.db"]],
    )  # fmt: skip
    def test_invalid_arguments(self, arguments, capsys):
        with pytest.raises(SystemExit) as exit_:
            cli.main(arguments)
        assert exit_.value.code == 2 and "usage: course-grader" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--help"], ["grade", "example", "labs", "lab", "doctor"]), (["grade", "--help"], ["exit codes", "3 some need"])],
)
def test_help_names_every_command_and_the_exit_codes(arguments, words, capsys):
    with pytest.raises(SystemExit):
        cli.main(arguments)
    printed = capsys.readouterr().out
    assert all(word in printed for word in words)


@pytest.mark.skipif(bool(sandbox_missing()), reason=sandbox_missing() or "the sandbox works")
def test_for_real(course, tmp_path, capsys):
    """Sandbox, zygote, judge, nbgrader: a right answer, a wrong one, and a kernel that ends itself."""
    hand_in(course / "submitted", "ada")
    hand_in(course / "submitted", "ben", double="# Exercise: double\ndef double(x):\n    return 2 * x + 1")
    hand_in(course / "submitted", "eve", count="# Exercise: count\nimport os\nos._exit(1)")
    code = run(course, "--json", course / "grades.json", "--seed", 3, "--timeline", course / "timeline.json")
    grades = json.loads((course / "grades.json").read_text())
    scores = {entry["student"]: entry["score"] for entry in grades["submissions"]}
    # ben's function keeps the gradient; eve's other exercise still counts.
    assert scores == {"ada": 20.0, "ben": 16.0, "eve": 5.0}
    assert code == 0 or any(entry["status"] == "needs_person" for entry in grades["submissions"])
    assert any("ended the kernel" in message for message in grades["submissions"][2]["messages"])
    events = json.loads((course / "timeline.json").read_text().rstrip().rstrip(",") + "]")
    phases = {event["cat"] for event in events if event["ph"] == "X"}
    assert phases >= {"starting the zygote", "waiting for a slot", "starting a kernel", "cells", "tests", "saving"}


@pytest.mark.parametrize("arguments", [["doctor"], ["labs"]], ids=" ".join)
def test_output_that_nobody_receives_ends_no_command(course, arguments):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "course_grader.cli", *arguments, "--course", str(course)]
    done = subprocess.run(command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert done.stderr == ""
