"""How many students make each known mistake: in the JSON file, on the page and on the terminal."""

import io

import pytest
from rich.console import Console

from course_grader.report.grades_file import class_grades
from course_grader.report.items import shared_mistakes
from course_grader.report.page import LabResults, render_page
from course_grader.report.table import print_results
from course_grader.results import Diagnosis

HINGE = Diagnosis("hinge of the mean", "The mean is taken <first>.")
SIGN = Diagnosis("wrong sign", "Look at the sign.")


@pytest.fixture
def diagnosed(class_results):
    ada, ben, mallory, _ = class_results
    ben.exercises["scale"].diagnoses = [HINGE]
    mallory.exercises["scale"].diagnoses = [HINGE]
    ada.exercises["shift"].diagnoses = [SIGN]
    return class_results


def test_the_most_frequent_comes_first(diagnosed):
    assert [(each.exercise, each.name, each.students) for each in shared_mistakes(diagnosed)] == [
        ("scale", "hinge of the mean", 2),
        ("shift", "wrong sign", 1),
    ]


def test_the_file_counts_them(diagnosed):
    first = class_grades("01_lab", 1, diagnosed)["mistakes"][0]
    assert first == {
        "exercise": "scale",
        "name": "hinge of the mean",
        "explanation": "The mean is taken <first>.",
        "students": 2,
    }


def test_the_page_shows_counts_and_explanations_escaped(diagnosed):
    page = render_page([LabResults("01_lab", 1, diagnosed)], "A class")
    assert "2 students" in page and "The mean is taken &lt;first&gt;." in page
    assert page.count("known mistake</td>") == 3


def test_no_section_without_mistakes(class_results):
    assert "Known mistakes" not in render_page([LabResults("01_lab", 1, class_results)], "A class")


def test_the_terminal_names_those_that_several_make(diagnosed):
    console = Console(file=io.StringIO(), width=120)
    print_results(diagnosed, console)
    said = console.file.getvalue()
    assert "2 students, scale: hinge of the mean" in said and "wrong sign" not in said
