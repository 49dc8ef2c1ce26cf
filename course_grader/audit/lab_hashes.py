"""Hashes by which a result is known to be that of a lab as it is now."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple

from course_grader.audit.marked_answers import EQUIVALENT_FILE, REFUSED_FILE
from course_grader.audit.variants import FOLDER, load_variants
from course_grader.fingerprint import lab_fingerprint
from course_grader.judge.reference import ReferenceSource
from course_grader.notebooks import Lab, is_judged_cell


def audit_fingerprint(lab: Lab) -> str:
    """A hash that changes with the lab, its variants and equivalent mutants, and the grader."""
    found = hashlib.sha256(lab_fingerprint(lab).encode())
    for path in [*sorted((lab.source_folder / FOLDER).glob("*.py")), lab.source_folder / EQUIVALENT_FILE]:
        found.update(path.name.encode() + path.read_bytes() if path.is_file() else b"")
    return found.hexdigest()


def solutions_hash(lab: Lab) -> str:
    """A hash that changes with what an audit judges: the answers, the tests and what both need, whatever the texts say.

    Texts and figures of the notebook and the variants' explanations do not count, and neither does the grader: every
    change to it would ask for a new audit of all labs, which a release makes in any case.
    """
    notebook = lab.reference()
    cells = [source for _, source in ReferenceSource.of(notebook).cells]
    tests = [cell.source for cell in notebook.cells if is_judged_cell(cell)]
    variants = [[*astuple(variant)[:3], *astuple(variant)[4:]] for variant in load_variants(lab)]
    marked = [_text(lab, name) for name in (EQUIVALENT_FILE, REFUSED_FILE)]
    return hashlib.sha256(json.dumps([cells, tests, variants, marked]).encode()).hexdigest()[:16]


def _text(lab: Lab, name: str) -> str:
    path = lab.source_folder / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""
