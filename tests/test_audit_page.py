"""docs/audit.md is made from docs/audit.json; a result that is older than its lab is reported."""

from dataclasses import replace

from course_grader.audit.lab_hashes import solutions_hash
from course_grader.audit.showing import HEADINGS
from course_grader.notebooks import find_lab, lab_names
from scripts.make_audit_page import PAGE, RESULT, audit_page, read_json, stale_labs
from tests.paths import ROOT


def test_the_page_is_what_make_audit_writes():
    assert PAGE.read_text(encoding="utf-8") == audit_page(read_json(RESULT), lab_names(ROOT)), "run `make audit`"


def test_every_lab_has_a_section_and_every_audited_one_a_table():
    audits = read_json(RESULT)
    page = audit_page(audits, lab_names(ROOT))
    assert [line[3:] for line in page.splitlines() if line.startswith("## ")] == lab_names(ROOT)
    assert page.count(f"| {' | '.join(HEADINGS)} |") == len([audit for audit in audits if audit.exercises])


def test_a_stale_result_is_found():
    audit, *_ = read_json(RESULT)
    current = replace(audit, fingerprint=solutions_hash(find_lab(audit.lab, ROOT)))
    assert audit.lab not in stale_labs([current], ROOT)
    assert audit.lab in stale_labs([replace(audit, fingerprint="old")], ROOT)
