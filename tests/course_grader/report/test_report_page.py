import itertools
import re
from html.parser import HTMLParser

import pytest

from course_grader.report.page import LabResults, render_page, shade, write_page
from course_grader.results import ExerciseResult, TestResult


@pytest.fixture
def page(class_results):
    return render_page([LabResults("01_lab", 42, class_results, note="A note.")], "The class")


class Outline(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.text, self.open = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data):
        self.text.append(data)


def test_the_page_is_well_formed_and_loads_nothing(page):
    outline = Outline(page)
    assert not outline.open
    assert not {"script", "link", "img", "iframe"} & set(outline.tags)
    assert all(value.startswith("#") for name, value in outline.attributes if name in ("href", "src"))
    assert "url(" not in page and "@import" not in page


def test_student_text_is_escaped(page):
    outline = Outline(page)
    assert "script" not in outline.tags
    assert "\x1b" not in page and "\u202e" not in page
    assert "<script>alert(1)</script>red" in "".join(outline.text)
    assert "<b>mallory</b>" in "".join(outline.text)


def test_links_point_to_parts_of_the_page(page):
    attributes = Outline(page).attributes
    targets = [value for name, value in attributes if name == "id"]
    assert len(set(targets)) == len(targets)
    assert {value[1:] for name, value in attributes if name == "href"} <= set(targets)


@pytest.mark.parametrize("title", ["01_lab", "The class"])
def test_each_name_is_a_heading_once_and_no_level_is_skipped(class_results, title):
    page = render_page([LabResults("01_lab", None, class_results)], title)
    headings = re.findall(r"<h(\d)>([^<]*)</h", page)
    names = [text for _, text in headings]
    assert {title, "01_lab"} <= set(names) and len(set(names)) == len(names)
    levels = [1, *(int(level) for level, _ in headings)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_every_test_is_listed_with_status_and_message_and_the_seed(page, class_results):
    text = "".join(Outline(page).text)
    for result in class_results:
        for exercise in result.exercises.values():
            assert all(test.title in text for test in exercise.tests)
    assert "⏱ timeout" in text and "not valid JSON" in text and "Seed 7" in text and "Seed of this run: 42" in text


def test_points_are_shown_as_numbers_besides_the_shading(page):
    marks = re.findall(r'<td class="n s(\d)">([^<]+)</td>', page)
    assert marks == [("4", "2"), ("4", "1"), ("2", "1"), ("0", "0"), ("0", "0")]


@pytest.mark.parametrize(("earned", "expected"), [(0, 0), (0.25, 1), (1.9, 3), (2, 4)])
def test_only_full_points_get_the_darkest_shade(earned, expected):
    assert shade(ExerciseResult("f", 2.0, [TestResult("t", "", "failed", earned, 2.0)])) == expected


def test_missing_folders_are_created(tmp_path, class_results):
    write_page(tmp_path / "build" / "report.html", [LabResults("01", 1, class_results)], "Zoë’s class")
    assert "Zoë’s class" in (tmp_path / "build" / "report.html").read_text(encoding="utf-8")
