"""A tiny course whose lab is released and in the gradebook; made once and copied for each test."""

import shutil

import nbformat
import pytest


@pytest.fixture(scope="session")
def course_template(tmp_path_factory):
    pytest.importorskip("nbgrader")
    from course_grader.nbgrader_plugins import Course
    from course_grader.release import make_labs
    from tests.nbgrader_course import LAB, write_course

    root = write_course(tmp_path_factory.mktemp("template"))
    make_labs(root)
    Course(root).register_lab(LAB)
    return root


@pytest.fixture
def course(course_template, tmp_path):
    """A `Course` for a new copy."""
    from course_grader.nbgrader_plugins import Course

    shutil.copytree(course_template, tmp_path / "course")
    return Course(tmp_path / "course", log_file=tmp_path / "nbgrader.log")


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """The real engine, on the tiny course."""
    from course_grader.grading import Engine
    from course_grader.notebooks import find_lab
    from tests.tiny_course import LAB, write_tiny_course

    with Engine(find_lab(LAB, write_tiny_course(tmp_path_factory.mktemp("course")))) as engine:
        yield engine


@pytest.fixture
def released(course):
    from tests.nbgrader_course import LAB

    return nbformat.read(course.root / "labs" / LAB / f"{LAB}.ipynb", as_version=4)


@pytest.fixture
def fake_engine(monkeypatch):
    """Replaces the real engine; the list of engines that were made."""
    from course_grader.nbgrader_plugins import execute
    from tests.nbgrader_course import FakeEngine

    engines = []

    def make(lab, options):
        engines.append(FakeEngine(lab, options))
        return engines[-1]

    monkeypatch.setattr(execute, "make_engine", make)
    yield engines
    execute.close_engine()


@pytest.fixture(params=["course-grader", "nbgrader"])
def autograde(request, course, fake_engine):
    """Grades students in one of the two ways; returns {student: reason} for those who could not be graded."""
    from tests.nbgrader_course import autograde_by_nbgrader, autograde_by_writer

    way = autograde_by_writer if request.param == "course-grader" else autograde_by_nbgrader
    return lambda students: way(course, students)
