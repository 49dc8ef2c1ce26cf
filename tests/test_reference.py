"""docs/reference agrees with the code that it is made from."""

import pytest

from scripts.make_reference import FOLDER, pages

PAGES = pages()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_what_make_reference_writes(name):
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name], "run `make reference`"


def test_no_page_is_left_over():
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES)


@pytest.mark.parametrize(
    "page, entries",
    [
        ("commands.md", ["`course-grader grade`", "`--seed N`", "[LAB ...]", "(default: all)"]),
        ("lab_test_case.md", ["`assert_close`", "`assertTrue`", "`odd_sizes`", "*inputs, expected_function: Callable"]),
        ("lab_toml.md", ["| `imports` |", "| `gpu` |", "at most `notebook_seconds`"]),
    ],
)
def test_the_pages_list_known_entries(page, entries):
    assert [entry for entry in entries if entry not in PAGES[page]] == []
