"""Hashes by which a result is known to be that of a lab as it is now."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple
from typing import Any

from course_grader.audit.marked_answers import EQUIVALENT_FILE, REFUSED_FILE
from course_grader.audit.variants import FOLDER, load_variants
from course_grader.fingerprint import installed_grader_hash
from course_grader.judge.reference import ReferenceSource
from course_grader.notebooks import Lab, is_judged_cell

_FORMAT = 4  # of the file for students


def behaviour_hash(lab: Lab) -> str:
    """A hash that changes with the cells that tests depend on, and with the variants."""
    cells, tests = _judged_sources(lab)
    files = [path.read_text(encoding="utf-8") for path in sorted((lab.source_folder / FOLDER).glob("*.py"))]
    return _hash([_FORMAT, cells, tests, files])


def recording_hash(lab: Lab) -> str:
    """A hash that changes with what records a lab's misconceptions, too: the grader, Python and PyTorch."""
    return _hash([behaviour_hash(lab), installed_grader_hash()])


def solutions_hash(lab: Lab) -> str:
    """A hash that changes with what an audit judges: the answers, the tests and what both need, whatever the texts say.

    Texts and figures of the notebook and the variants' explanations do not count, and neither does the grader: every
    change to it would ask for a new audit of all labs, which a release makes in any case.
    """
    cells, tests = _judged_sources(lab)
    variants = [[*astuple(variant)[:3], *astuple(variant)[4:]] for variant in load_variants(lab)]
    marked = [_text(lab, name) for name in (EQUIVALENT_FILE, REFUSED_FILE)]
    return _hash([cells, tests, variants, marked])


def _judged_sources(lab: Lab) -> tuple[list[str], list[str]]:
    """The cells that tests depend on, and the test cells."""
    notebook = lab.reference()
    cells = [source for _, source in ReferenceSource.of(notebook).cells]
    return cells, [cell.source for cell in notebook.cells if is_judged_cell(cell)]


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]


def _text(lab: Lab, name: str) -> str:
    path = lab.source_folder / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""
