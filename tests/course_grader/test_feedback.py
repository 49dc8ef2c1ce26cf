"""The page that a student reads after grading."""

import re

import nbformat
import pytest

pytest.importorskip("nbgrader")

from bs4 import BeautifulSoup

from course_grader.feedback import FEEDBACK_STEPS
from tests.nbgrader_course import COUNT, DOUBLE, FakeEngine, answered, autograde_by_writer, hand_in
from tests.tiny_course import LAB, cell_named

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture
def page(course, released, fake_engine):
    """Grades a notebook and reads its feedback: the page's source and its text."""

    def make(notebook=None, **sources):
        hand_in(course.root, "ada", notebook or answered(released, **sources))
        assert autograde_by_writer(course, ["ada"]) == {}
        assert course.generate_feedback(LAB, ["ada"]) == {}
        source = (course.folder("feedback", LAB, "ada") / f"{LAB}.html").read_text()
        return source, " ".join(BeautifulSoup(source, "html.parser").body.get_text(" ").split())

    return make


def test_every_step_knows_the_settings_of_nbconvert():
    """Otherwise nbgrader warns of them in each run."""
    unknown = [
        step.__name__ for step in FEEDBACK_STEPS if "display_data_priority" not in step.class_traits(config=True)
    ]
    assert unknown == []


def test_hidden_tests_are_not_shown(page):
    source, _ = page(double=DOUBLE)
    plain = BeautifulSoup(source, "html.parser").get_text()
    for secret in ("HiddenDouble", "HIDDEN TESTS", "reference.double", "odd_sizes"):
        assert secret not in plain
    assert "class VisibleDouble(LabTestCase)" in plain


def test_what_a_hidden_test_found_is_shown(page):
    _, text = page(double=DOUBLE)
    assert "✗ It holds expected: 1" in text


def test_an_ordinary_test_s_traceback_does_not_show_its_hidden_lines(course, released, page, monkeypatch):
    reference = course.root / "solutions" / LAB / f"{LAB}.ipynb"
    notebook = nbformat.read(reference, as_version=4)
    cell_named(
        notebook, "test_double"
    ).source = "assert double(1) == 2\n### BEGIN HIDDEN TESTS\nassert double(21) == 42\n### END HIDDEN TESTS"
    nbformat.write(notebook, reference)
    course.register_lab(LAB)

    def change(graded):
        cell = cell_named(graded.notebook, "test_double")
        error = {"ename": "AssertionError", "evalue": "no", "traceback": ["----> 3 assert double(21) == 42"]}
        cell.outputs, cell.execution_count = [nbformat.v4.new_output("error", **error)], 5

    monkeypatch.setattr(FakeEngine, "change", staticmethod(change))
    source, text = page(double=DOUBLE)
    assert "21" not in BeautifulSoup(source, "html.parser").body.get_text()
    assert "AssertionError: no" in text


def test_points_stand_at_the_top(page):
    source, text = page(double=DOUBLE, count=COUNT, explain_nothing="Nothing added to nothing.")
    assert "10 of 20 points from tests; written answers are still to be graded (5 points)" in text
    rows = [row.get_text(" ", strip=True) for row in BeautifulSoup(source, "html.parser").table.find_all("tr")]
    assert rows == ["Exercise Points", "double 2.5 / 5", "count 7.5 / 15", "explain_nothing to be graded (5)"]


def test_a_written_answer_that_was_graded_shows_points_and_comment(course, released, page):
    page(explain_nothing="Nothing added to nothing.")
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("explain_nothing", LAB, LAB, "ada")
        grade.manual_score, grade.needs_manual_grade = 3.5, False
        gradebook.find_comment("explain_nothing", LAB, LAB, "ada").manual_comment = "Say **why**."
        gradebook.db.commit()
    course.generate_feedback(LAB, ["ada"])
    body = BeautifulSoup((course.folder("feedback", LAB, "ada") / f"{LAB}.html").read_text(), "html.parser").body
    text = " ".join(body.get_text(" ").split())
    assert "written answers 3.5 of 5" in text
    assert "Comment Say why ." in text
    assert body.find_all("aside")[-1].find_all("strong")[1].get_text() == "why"


def test_every_link_of_the_table_leads_somewhere(page):
    soup = BeautifulSoup(page(double=DOUBLE)[0], "html.parser")
    targets = [link["href"].removeprefix("#") for link in soup.table.find_all("a")]
    assert len(targets) == 3
    assert all(len(soup.find_all(id=target)) == 1 for target in targets)


def test_what_went_wrong_is_said_in_words(page):
    _, text = page(notebook=b'{"cells": [')
    assert "is not valid JSON (line 1): the file is cut off or damaged." in text
    assert "Your instructor will look at this submission, so the points may change." in text
    assert "0 of 20 points from tests" in text


def test_messages_are_shown_as_text(page, monkeypatch):
    def change(graded):
        graded.messages = ["Cell 12 ended the kernel: memory: used 2300 MB <script>alert(1)</script>"]

    monkeypatch.setattr(FakeEngine, "change", staticmethod(change))
    source, text = page()
    assert "Cell 12 ended the kernel: memory: used 2300 MB <script>" in text
    assert "<script>alert" not in source


def test_what_a_student_writes_does_not_run(released, page):
    answer = "<script>alert(1)</script> <img src=x onerror=alert(2)> [x](javascript:alert(3))\n\n*why*"
    soup = BeautifulSoup(page(explain_nothing=answer)[0], "html.parser")
    assert "alert(1)" not in " ".join(script.get_text() for script in soup.find_all("script"))
    assert not soup.find_all(onerror=True)
    assert not [link for link in soup.find_all("a") if link["href"].startswith("javascript")]
    assert [mark.get_text() for mark in soup.find_all("em")] == ["why"]


def test_the_lesson_is_folded_away_and_answers_are_not(page):
    soup = BeautifulSoup(page(double=DOUBLE)[0], "html.parser")
    folded = " ".join(fold.get_text() for fold in soup.find_all("details", class_="lesson"))
    assert "torch.arange(6.0)" in folded
    assert "def double" not in folded
    assert "Why is twice nothing nothing" not in folded


def test_the_page_is_small_and_made_for_phones(page):
    source, _ = page(double=DOUBLE, count=COUNT)
    assert '<meta content="width=device-width, initial-scale=1" name="viewport"/>' in source or re.search(
        r'<meta name="viewport" content="width=device-width', source
    )
    assert len(source) < 60_000  # nbgrader's own takes 130,000 for this notebook


EXPLAINED = """\
# %% a product kind="alternative"
# A product with 2 is
# the same.
def double(x):
    return torch.mul(x, 2)


# %% a shift, which needs no word kind="alternative"
def double(x):
    return x << 1
"""


@pytest.fixture
def explained(course):
    """An alternative of `double` with an explanation, and one without."""
    (course.root / "solutions" / LAB / "variants" / "double.py").write_text(EXPLAINED)


def full_points(graded):
    for test in graded.exercises["double"].tests:
        test.points, test.status = test.max, "passed"


def test_an_exercise_with_all_points_shows_another_way_to_write_it(explained, page, monkeypatch):
    monkeypatch.setattr(FakeEngine, "change", staticmethod(full_points))
    soup = BeautifulSoup(page(double=DOUBLE)[0], "html.parser")
    (fold,) = soup.find_all("details", class_="other")
    assert " ".join(fold.get_text().split()) == (
        "Another way to write it A product with 2 is the same. def double(x): return torch.mul(x, 2)"
    )


def test_an_exercise_without_all_points_shows_none(explained, page):
    source, text = page(double=DOUBLE)
    assert "double 2.5 / 5" in text
    assert "torch.mul" not in BeautifulSoup(source, "html.parser").get_text()


def test_the_students_own_way_is_not_another_one(explained, page, monkeypatch):
    monkeypatch.setattr(FakeEngine, "change", staticmethod(full_points))
    same = "# Exercise: double\n# mine\ndef double(x):\n\n    return torch.mul(x,2)"
    assert not BeautifulSoup(page(double=same)[0], "html.parser").find_all("details", class_="other")


def test_unreadable_variants_cost_only_the_other_ways(explained, course, page, monkeypatch):
    (course.root / "solutions" / LAB / "variants" / "double.py").write_text("# %% no kind\n1 +")
    monkeypatch.setattr(FakeEngine, "change", staticmethod(full_points))
    assert "double 5 / 5" in page(double=DOUBLE)[1]


def test_pictures_keep_their_alternative_text(page, monkeypatch):
    def change(graded):
        output = nbformat.v4.new_output("display_data", {"image/png": PIXEL})
        output.metadata = {"image/png": {"alt": 'A "heat map"'}}
        cell_named(graded.notebook, "goodbye").outputs = [output]

    monkeypatch.setattr(FakeEngine, "change", staticmethod(change))
    (picture,) = BeautifulSoup(page()[0], "html.parser").find_all("img")
    assert picture["alt"] == 'A "heat map"'
