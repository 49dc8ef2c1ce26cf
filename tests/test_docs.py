"""The output shown in the documentation is the real output."""

import re
import textwrap

import nbformat
import pytest

import __main__
from course_grader.notebooks import find_lab, nbgrader_metadata, setup_imports
from tests.paths import ROOT


def test_the_students_page_shows_what_a_test_cell_prints(monkeypatch, capsys):
    notebook = nbformat.read(find_lab("01_tensor_basics", ROOT).release_path, as_version=4)
    (cell,) = [c for c in notebook.cells if nbgrader_metadata(c).get("grade_id") == "test_embed_tokens"]
    monkeypatch.setattr(__main__, "embed_tokens", lambda table, token_ids: table[token_ids], raising=False)
    variables = {}
    exec(compile(setup_imports(notebook), "<setup>", "exec"), variables)
    exec(compile(cell.source, "<cell>", "exec"), variables)
    shown = (ROOT / "docs" / "students.md").read_text(encoding="utf-8")
    assert textwrap.indent(capsys.readouterr().out.strip(), " " * 7) in shown


def named_tests():
    """What docs/grading.md names as the test of a guarantee: files, functions and classes."""
    table = (ROOT / "docs" / "grading.md").read_text(encoding="utf-8").partition("| Guarantee | Test |")[2]
    return sorted(set(re.findall(r"`(?:[\w/]+/)?(test_\w+(?:\.py)?|Test\w+)`", table)))


@pytest.mark.parametrize("name", named_tests())
def test_a_test_that_the_grading_page_names_exists(name):
    paths = list((ROOT / "tests").rglob("test_*.py"))
    pattern = re.compile(rf"^ *(def|class) {name}\b", re.MULTILINE)
    assert any(path.name == name or pattern.search(path.read_text(encoding="utf-8")) for path in paths)


def test_the_grading_page_names_tests():
    assert len(named_tests()) > 10


PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")])
LINK = re.compile(r"\]\(([^)\s:#]*)(?:#([^)\s]+))?\)")  # not to other sites


def anchors(page):
    """As GitHub makes them from headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_to_pages_and_headings(page):
    for target, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        found = page.parent / target if target else page
        assert found.exists(), target
        assert not anchor or anchor in anchors(found), f"{target}#{anchor}"


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_pages_that_the_site_shows_lead_only_to_pages_that_it_shows(page):
    shown = {ROOT / "docs", ROOT / "docs" / "reference"}
    for target, _ in LINK.findall(page.read_text(encoding="utf-8")):
        found = (page.parent / target).resolve()
        assert found.parent in shown or found in shown or found in (ROOT / "CHANGELOG.md", ROOT / "SECURITY.md"), target
