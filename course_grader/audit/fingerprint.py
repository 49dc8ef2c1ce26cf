"""What an audit's result depends on, as a hash."""

from __future__ import annotations

import hashlib

from course_grader.audit.mutants import EQUIVALENT_FILE
from course_grader.audit.variants import FOLDER
from course_grader.fingerprint import lab_fingerprint
from course_grader.notebooks import Lab


def audit_fingerprint(lab: Lab) -> str:
    """A hash that changes with the lab, its variants and equivalent mutants, and the grader."""
    found = hashlib.sha256(lab_fingerprint(lab).encode())
    for path in [*sorted((lab.source_folder / FOLDER).glob("*.py")), lab.source_folder / EQUIVALENT_FILE]:
        found.update(path.name.encode() + path.read_bytes() if path.is_file() else b"")
    return found.hexdigest()
