"""Graded again, by course-grader or nbgrader: what an instructor decided stays, and no half-made entry appears."""

from datetime import datetime

import pytest

pytest.importorskip("nbgrader")

from nbgrader.api import MissingEntry

from course_grader.errors import CourseError
from course_grader.notebooks import find_lab
from course_grader.runner.grade import plan_lab
from course_grader.runner.request import Request
from tests.nbgrader_course import (
    COUNT,
    DOUBLE,
    FakeEngine,
    answered,
    autograde_by_nbgrader,
    autograde_by_writer,
    hand_in,
)
from tests.tiny_course import LAB

ANSWERS = {"double": DOUBLE, "count": COUNT, "explain_nothing": "So it is."}


@pytest.fixture
def graded(course, released, fake_engine, autograde):
    """Hands in ada's answers, with changes, and grades them."""

    def grade(**changes):
        hand_in(course.root, "ada", answered(released, **(ANSWERS | changes)))
        assert autograde(["ada"]) == {}

    grade()
    return grade


def grade_by_hand(course, name, points, extra=None):
    """As the formgrader saves it."""
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade(name, LAB, LAB, "ada")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = points, extra, False
        gradebook.db.commit()


def listed(course):
    """The cells that the formgrader lists for manual grading."""
    with course.gradebook() as gradebook:
        grades = gradebook.find_submission_notebook(LAB, LAB, "ada").grades
        return sorted(grade.name for grade in grades if grade.needs_manual_grade)


def saved(course, name):
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade(name, LAB, LAB, "ada")
        return grade.auto_score, grade.manual_score, grade.extra_credit


class TestGradedByHand:
    def test_a_written_answer_is_listed_until_it_is_graded(self, course, graded):
        assert listed(course) == ["explain_nothing"]
        grade_by_hand(course, "explain_nothing", 4.0, extra=0.5)
        graded()
        assert listed(course) == []
        assert saved(course, "explain_nothing") == (None, 4.0, 0.5)

    def test_it_is_listed_again_once_it_has_changed(self, course, graded):
        grade_by_hand(course, "explain_nothing", 4.0)
        graded(explain_nothing="So it is, since zero plus zero is zero.")
        assert listed(course) == ["explain_nothing"]
        graded(explain_nothing="So it is, since zero plus zero is zero.")  # nobody has looked at it yet
        assert listed(course) == ["explain_nothing"]
        assert saved(course, "explain_nothing")[1] == 4.0

    def test_another_answer_that_changes_does_not_list_it(self, course, graded):
        grade_by_hand(course, "explain_nothing", 4.0)
        graded(double="# Exercise: double\ndef double(x):\n    return x * 2")
        assert listed(course) == []

    def test_points_that_replace_those_of_the_tests_stay(self, course, graded):
        grade_by_hand(course, "test_double", 5.0)
        graded()
        assert listed(course) == ["explain_nothing"] and saved(course, "test_double") == (2.5, 5.0, None)
        graded(double="# Exercise: double\ndef double(x):\n    return x * 2")
        assert listed(course) == ["explain_nothing", "test_double"] and saved(course, "test_double")[1] == 5.0

    def test_they_are_listed_if_the_tests_now_say_something_else(self, course, graded, monkeypatch):
        grade_by_hand(course, "test_double", 5.0)
        monkeypatch.setattr(FakeEngine, "change", staticmethod(lambda graded: graded.exercises["double"].tests.clear()))
        graded()
        assert "test_double" in listed(course)

    def test_comments_stay(self, course, graded):
        with course.gradebook() as gradebook:
            gradebook.find_comment("explain_nothing", LAB, LAB, "ada").manual_comment = "Well said."
            gradebook.db.commit()
        graded(explain_nothing="Another.")
        with course.gradebook() as gradebook:
            assert gradebook.find_comment("explain_nothing", LAB, LAB, "ada").comment == "Well said."

    def test_what_was_reviewed_is_not_listed_again(self, course, graded, monkeypatch):
        def trouble(graded):
            graded.needs_review = True

        monkeypatch.setattr(FakeEngine, "change", staticmethod(trouble))
        graded()
        assert listed(course) == ["explain_nothing", "test_count", "test_double"]
        grade_by_hand(course, "test_double", None)  # the instructor accepts the points of the tests
        graded()
        assert listed(course) == ["explain_nothing", "test_count"]
        monkeypatch.undo()


class TestNbgraderAutograde:
    def test_a_submission_in_work_is_not_in_the_gradebook(self, course, released, fake_engine, monkeypatch):
        """nbgrader enters it first: a grader that is killed would leave the student there with 0 of 25 points."""
        seen = []

        def look(graded):
            with course.gradebook() as gradebook:
                try:
                    seen.append(gradebook.find_submission(LAB, "ada").score)
                except MissingEntry:
                    seen.append("no entry")

        monkeypatch.setattr(FakeEngine, "change", staticmethod(look))
        hand_in(course.root, "ada", answered(released, **ANSWERS))
        for _ in range(2):
            assert autograde_by_nbgrader(course, ["ada"]) == {}
        assert seen == ["no entry", 10.0]

    def test_nor_one_that_could_not_be_graded(self, course, released, fake_engine, monkeypatch):
        def refuse(*arguments):
            raise CourseError("no grading today")

        monkeypatch.setattr(FakeEngine, "grade", refuse)
        hand_in(course.root, "ada", released)
        assert "no grading today" in autograde_by_nbgrader(course, ["ada"])["ada"]
        with course.gradebook() as gradebook, pytest.raises(MissingEntry):
            gradebook.find_submission(LAB, "ada")

    def test_the_time_of_handing_in_is_kept(self, course, released, fake_engine, autograde):
        place = hand_in(course.root, "ada", answered(released, **ANSWERS)).parent
        (place / "timestamp.txt").write_text("2026-01-02 03:04:05 UTC")
        assert autograde(["ada"]) == {}
        with course.gradebook() as gradebook:
            assert gradebook.find_submission(LAB, "ada").timestamp == datetime(2026, 1, 2, 3, 4, 5)

    def test_what_it_graded_is_not_graded_again_by_course_grader(self, course, released, fake_engine):
        for student in ("ada", "ben"):
            hand_in(course.root, student, answered(released, **ANSWERS))
        autograde_by_nbgrader(course, ["ada"])
        plan = plan_lab(course, find_lab(LAB, course.root), Request())
        assert plan.reasons == {"ben": "new"} and plan.earlier["ada"].score == 10.0
        hand_in(course.root, "ada", answered(released, double=DOUBLE))
        assert plan_lab(course, find_lab(LAB, course.root), Request()).reasons["ada"] == "changed"

    def test_and_what_it_graded_anew_replaces_what_course_grader_knew(self, course, released, fake_engine):
        first, second = answered(released, **ANSWERS), answered(released, double=DOUBLE)
        hand_in(course.root, "ada", first)
        autograde_by_writer(course, ["ada"])
        hand_in(course.root, "ada", second)
        autograde_by_nbgrader(course, ["ada"])
        hand_in(course.root, "ada", first)
        assert plan_lab(course, find_lab(LAB, course.root), Request()).reasons == {"ada": "changed"}
