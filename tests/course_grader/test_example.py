"""The example class: graded in a scratch course and compared with the expected scores."""

import json

import nbformat
import pytest
from nbformat.v4 import new_notebook
from rich.console import Console

from course_grader.errors import CourseError
from course_grader.results import ExerciseResult, GradedSubmission, TestResult
from course_grader.runner import grade
from course_grader.runner.example import CLASS, EXPECTED, grade_example_class, unexpected_results
from tests.course_grader.fake_grading import FakeEngine, hand_in, write_course
from tests.tiny_course import LAB

ADA = {"score": 20.0, "status": "graded", "about": "all right"}


def result(student, earned, status="graded"):
    exercise = ExerciseResult("double", 20.0, [TestResult("test", "Title", "passed", earned, 20.0)])
    review = status == "needs_person"
    return GradedSubmission(student, LAB, 0, new_notebook(), exercises={"double": exercise}, needs_review=review)


class TestUnexpectedResults:
    def test_none_if_all_is_as_expected(self):
        assert unexpected_results({"ada": ADA}, [result("ada", 20.0)]) == []

    @pytest.mark.parametrize(("earned", "status"), [(19.75, "graded"), (20.0, "needs_person")])
    def test_another_score_or_status(self, earned, status):
        (text,) = unexpected_results({"ada": ADA}, [result("ada", earned, status)])
        assert text.startswith("ada (all right): expected 20 points and graded, got") and status in text

    def test_a_missing_or_unknown_student(self):
        texts = unexpected_results({"ada": ADA}, [result("eve", 1.0)])
        assert texts == ["ada was not graded", f"eve is not in {EXPECTED}"]


@pytest.fixture
def course(tmp_path, monkeypatch):
    root = write_course(tmp_path)
    for student in ("ada", "ben"):
        hand_in(root / CLASS, student)
    (root / CLASS / EXPECTED).write_text(
        f'[{LAB}.ada]\nscore = 20.0\nstatus = "graded"\nabout = "all right"\n'
        f'[{LAB}.ben]\nscore = 5.0\nstatus = "needs_person"\nabout = "dies"\n'
    )
    monkeypatch.setattr(grade, "Engine", FakeEngine({"ben": 0.25}))
    return root


@pytest.fixture
def console():
    return Console(record=True, width=150)


def test_the_whole_way(course, console):
    assert grade_example_class(course, console)
    assert (course / "labs" / LAB / f"{LAB}.ipynb").is_file()
    grades = json.loads((course / "build" / "grades.json").read_text())["labs"][0]
    assert list(grades) == ["lab", "seed", "submissions", "mistakes"]
    scores = grades["submissions"]
    assert list(scores[0]) == [
        "student", "status", "score", "max_score", "exercises", "manual", "messages", "seconds",
    ]  # fmt: skip
    assert [(entry["student"], entry["score"]) for entry in scores] == [("ada", 20.0), ("ben", 5.0)]
    assert "NEEDS REVIEW" in (course / "build" / "report.html").read_text(encoding="utf-8")
    assert (course / "build" / "course" / "feedback" / "ada" / LAB / f"{LAB}.html").is_file()
    assert not (course / "gradebook.db").exists() and not (course / "autograded").exists()


def test_an_unexpected_score_is_reported_as_a_failure(course, console):
    expected = course / CLASS / EXPECTED
    expected.write_text(expected.read_text().replace("20.0", "10.0"))
    assert not grade_example_class(course, console)
    assert "not as expected: ada (all right): expected 10 points" in console.export_text()


def test_a_broken_lab_that_the_class_does_not_use_does_not_stop_it(course, console):
    unfinished = course / "solutions" / "09_unfinished" / "09_unfinished.ipynb"
    unfinished.parent.mkdir()
    nbformat.write(nbformat.v4.new_notebook(), unfinished)
    assert not grade_example_class(course, console)
    said = console.export_text()
    assert (
        "a lab that the example class does not use: not released:" in said
        and "09_unfinished, the first code cell" in said
    )
    assert (course / "build" / "grades.json").is_file() and not (course / "labs" / "09_unfinished").exists()


def test_a_broken_lab_that_the_class_uses_stops_it(course, console):
    nbformat.write(nbformat.v4.new_notebook(), course / "solutions" / LAB / f"{LAB}.ipynb")
    with pytest.raises(CourseError, match=f"not released:\n  {LAB}, "):
        grade_example_class(course, console)


def test_an_empty_class_is_wrong_usage(tmp_path, console):
    with pytest.raises(CourseError, match="the example class is empty"):
        grade_example_class(write_course(tmp_path), console)
