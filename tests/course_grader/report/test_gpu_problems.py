"""How many right answers do not work with inputs on a GPU: on the page and on the terminal."""

import io

import pytest
from rich.console import Console

from course_grader.report.items import gpu_problems
from course_grader.report.page import LabResults, render_page
from course_grader.report.table import print_results


@pytest.fixture
def noted(class_results):
    for result in class_results[:2]:
        result.exercises["scale"].device_problem = "tensors on <two> devices"
    class_results[0].exercises["shift"].device_problem = "a result on the CPU"
    return class_results


def test_the_most_frequent_comes_first(noted):
    assert list(gpu_problems(noted).items()) == [("scale", 2), ("shift", 1)]


def test_the_page_counts_them_and_shows_each_escaped(noted):
    page = render_page([LabResults("01_lab", 1, noted)], "A class")
    assert "<h3>With inputs on a GPU</h3>" in page and page.count("tensors on &lt;two&gt; devices") == 2


def test_no_section_without_any(class_results):
    assert "inputs on a GPU" not in render_page([LabResults("01_lab", 1, class_results)], "A class")


def test_the_terminal_counts_them(noted):
    console = Console(file=io.StringIO(), width=120)
    print_results(noted, console)
    assert "2 students, scale" in console.file.getvalue() and "no points lost" in console.file.getvalue()
