"""docs/architecture.md agrees with the code."""

import re

import pytest

from scripts.make_architecture import BEGIN, END, PACKAGES, PAGE, floors, page
from tests.paths import ROOT

TEXT = PAGE.read_text(encoding="utf-8")
FOLDERS = ["", "course_grader", "course_utils", "course_grader/nbgrader_plugins"]


def section(title):
    return TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_the_picture_is_up_to_date():
    assert page() == TEXT, "run `make reference`"


def test_the_picture_shows_every_room():
    generated = TEXT[TEXT.index(BEGIN) : TEXT.index(END)]
    rooms = [f"`{package}.{room}`" for package in PACKAGES for rooms in floors(package) for room in rooms]
    assert len(rooms) > 20
    assert [room for room in rooms if room not in generated] == []


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`([\w/]+\.py)`", TEXT))))
def test_a_named_file_exists(path):
    assert any((ROOT / folder / path).is_file() for folder in FOLDERS)


@pytest.mark.parametrize(
    "title, steps", [("What happens to a submission", 8), ("Read these eight files in this order", 8)]
)
def test_a_list_has_at_most_eight_steps(title, steps):
    numbers = re.findall(r"^(\d)\. ", section(title), re.MULTILINE)
    assert numbers == [str(number) for number in range(1, steps + 1)]
