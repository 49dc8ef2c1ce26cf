"""Fingerprints (hashes) of a notebook's cells, and of everything that a lab's results depend on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from course_grader.notebooks import Lab
from course_utils._version import __version__

_PACKAGES = [Path(__file__).parent, Path(__file__).parent.parent / "course_utils"]


def content_hash(notebook: NotebookNode) -> str:
    """A hash of what can change a notebook's result: each cell's type, source, nbgrader metadata and tags."""
    cells = [
        [cell.cell_type, cell.source, cell.metadata.get("nbgrader", {}), cell.metadata.get("tags", [])]
        for cell in notebook.cells
    ]
    return _hash(cells)


def lab_fingerprint(lab: Lab) -> str:
    """A hash that changes with the reference's cells, lab.toml, and the grader's own code."""
    return _hash([lab.name, content_hash(lab.reference()), asdict(lab.settings), _grader_hash()])


def _grader_hash() -> str:
    sources = sorted(path for package in _PACKAGES for path in package.rglob("*.py"))
    return _hash([__version__, [hashlib.sha256(path.read_bytes()).hexdigest() for path in sources]])


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
