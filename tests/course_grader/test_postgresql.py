"""A gradebook in PostgreSQL, on a real server: the same grades as in SQLite, and nothing half-saved."""

import sys

import pytest

pytest.importorskip("nbgrader")
pytest.importorskip("psycopg")

from course_grader.errors import CourseError
from course_grader.nbgrader_plugins import Course, writer
from course_grader.runner.saved_results import saved_results
from tests.course_grader.fake_grading import hand_in
from tests.nbgrader_course import LAB, autograde_by_writer, grades
from tests.postgresql import new_database, server

STUDENTS = ("ada", "ben", "cem")


@pytest.fixture(scope="module")
def url():
    with server() as url:
        yield url


@pytest.fixture
def on_server(course, fake_engine, url):
    """The tiny course with three submissions, and an empty gradebook on the server."""
    for student in STUDENTS:
        hand_in(course.root / "submitted", student)
    return Course(course.root, db_url=new_database(url), log_file=course.root / "nbgrader.log")


def test_it_needs_a_driver_and_a_server_that_answers(course, monkeypatch):
    nowhere = Course(course.root, db_url="postgresql://me:secret@127.0.0.1:9/grades")
    with pytest.raises(CourseError, match=r"postgresql://me:\*\*\*@127.0.0.1:9/grades could not be opened") as found:
        nowhere.gradebook()
    assert "secret" not in str(found.value)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(
        CourseError, match=r"needs the package psycopg: run make setup or, .* pip install -e '\.\[postgresql\]'"
    ):
        nowhere.gradebook()


@pytest.mark.postgresql
class TestOnAServer:
    def test_the_grades_are_those_of_sqlite(self, course, on_server):
        assert autograde_by_writer(course, STUDENTS) == autograde_by_writer(on_server, STUDENTS) == {}
        for student in STUDENTS:
            assert grades(on_server, student) == grades(course, student)

    @pytest.mark.slow
    def test_grading_again_keeps_points_given_by_hand(self, on_server):
        autograde_by_writer(on_server, ["ada"])
        with on_server.gradebook() as gradebook:
            entry = gradebook.find_submission_notebook(LAB, LAB, "ada")
            next(grade for grade in entry.grades if grade.name == "explain_nothing").manual_score = 4.0
            gradebook.db.commit()
        autograde_by_writer(on_server, ["ada"])
        with on_server.gradebook() as gradebook:
            assert gradebook.find_submission(LAB, "ada").score == 10.0 + 4.0

    @pytest.mark.slow
    def test_a_submission_that_cannot_be_saved_leaves_nothing(self, on_server, monkeypatch):
        def full(course, graded, notebook):
            raise CourseError("no space left on device")

        autograde_by_writer(on_server, ["ada"])
        monkeypatch.setattr(writer, "Draft", full)
        assert autograde_by_writer(on_server, ["ben"]) == {"ben": "no space left on device"}
        with on_server.gradebook() as gradebook:
            assert [entry.student.id for entry in gradebook.assignment_submissions(LAB)] == ["ada"]

    @pytest.mark.slow
    def test_the_report_reads_it_again(self, on_server):
        autograde_by_writer(on_server, STUDENTS)
        assert [(result.student, result.score) for result in saved_results(on_server, LAB)] == [
            (student, 10.0) for student in STUDENTS
        ]
