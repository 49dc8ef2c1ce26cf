"""docs/audit.md is made from docs/audit.json, and both are of the labs as they are now."""

from dataclasses import replace

import nbformat
import pytest

from course_grader.audit.lab_hashes import solutions_hash
from course_grader.audit.showing import HEADINGS
from course_grader.notebooks import find_lab, lab_names
from scripts.make_audit_page import PAGE, RESULT, STALE, audit_page, read_json, stale_labs
from tests.paths import ROOT
from tests.tiny_course import LAB, cell_named, write_tiny_course


@pytest.fixture(scope="module")
def audits():
    return read_json(RESULT)


def test_the_page_is_what_make_audit_writes(audits):
    page = audit_page(audits, lab_names(ROOT), stale_labs(audits, ROOT))
    assert PAGE.read_text(encoding="utf-8") == page, "run `python scripts/make_audit_page.py`"


@pytest.mark.slow  # the page says which results are out of date; before a release, none may be
def test_every_lab_is_audited_as_it_is_now(audits):
    stale = stale_labs(audits, ROOT)
    assert not stale, f'run `make audit LABS="{" ".join(stale)}"`'


def test_every_audit_is_whole_and_passes_unless_it_is_marked_as_out_of_date(audits):
    stale = stale_labs(audits, ROOT)
    assert not [audit.lab for audit in audits if audit.quick]
    assert not {audit.lab: audit.problems for audit in audits if audit.problems and audit.lab not in stale}


def test_every_lab_has_a_section_with_a_table(audits):
    page = audit_page(audits, lab_names(ROOT))
    assert [line[3:] for line in page.splitlines() if line.startswith("## ")] == lab_names(ROOT)
    assert page.count(f"| {' | '.join(HEADINGS)} |") == len(audits)


def test_a_stale_result_is_shown(audits):
    first, *_ = audits
    page = audit_page([first], [first.lab], [first.lab])
    assert STALE.format(first.lab) in page
    assert f"| {first.lab} | out of date |" in page
    assert STALE.format(first.lab) not in audit_page([first], [first.lab])


def test_a_result_is_stale_when_a_test_changes_and_not_when_a_text_does(tmp_path, audits):
    lab = find_lab(LAB, write_tiny_course(tmp_path))
    audit = replace(audits[0], lab=LAB, fingerprint=solutions_hash(lab))

    def stale_after(name, change):
        notebook = lab.reference()
        cell = cell_named(notebook, name)
        cell.source = change(cell.source)
        nbformat.write(notebook, lab.reference_path)
        return stale_labs([audit], tmp_path)

    notebook = lab.reference()
    notebook.cells.append(nbformat.v4.new_markdown_cell("One more sentence."))
    nbformat.write(notebook, lab.reference_path)
    path = lab.source_folder / "variants" / "double.py"
    path.write_text(path.read_text().replace("This adds", "Your code adds"))
    assert stale_labs([audit], tmp_path) == []
    assert stale_after("test_double", lambda source: source + "\n# more") == [LAB]
