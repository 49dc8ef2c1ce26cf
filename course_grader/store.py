"""Results by content: what was graded once, the same way, is not graded again.

A key stands for everything that a result depends on: the student's cells, the lab, the grader and the options.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from course_grader.notebooks import Lab
from course_grader.results import ExerciseResult, TestResult
from course_utils._version import __version__

_PACKAGES = [Path(__file__).parent, Path(__file__).parent.parent / "course_utils"]


def content_hash(notebook: NotebookNode) -> str:
    """What of a notebook can change its result: each cell's kind, source, nbgrader mark and tags."""
    cells = [
        [cell.cell_type, cell.source, cell.metadata.get("nbgrader", {}), cell.metadata.get("tags", [])]
        for cell in notebook.cells
    ]
    return _hash(cells)


def lab_fingerprint(lab: Lab) -> str:
    """Changes with the reference's cells, with lab.toml and with the grader's own code."""
    return _hash([lab.name, content_hash(lab.reference()), asdict(lab.settings), _grader_hash()])


def result_key(notebook: NotebookNode, student: str, fingerprint: str, seed: int, **options: Any) -> str:
    """The key of one result. notebook: as sanitized. options: whatever else was asked of the grader, as plain data."""
    return _hash([content_hash(notebook), student, fingerprint, seed, options])


def _grader_hash() -> str:
    sources = sorted(path for package in _PACKAGES for path in package.rglob("*.py"))
    return _hash([__version__, [hashlib.sha256(path.read_bytes()).hexdigest() for path in sources]])


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


class Store:
    """Results in a folder, one JSON file each. Several processes may write: a file appears whole or not at all."""

    def __init__(self, folder: Path):
        self.folder = Path(folder)

    def put(self, key: str, result: Any) -> None:
        """Keep a result: a dataclass with a `notebook` and `exercises`, as grading gives it."""
        values = {entry.name: getattr(result, entry.name) for entry in fields(result)}
        values["exercises"] = {name: asdict(exercise) for name, exercise in result.exercises.items()}
        text = json.dumps(values)
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".part", encoding="utf-8", delete=False) as file:
            file.write(text)
        os.replace(file.name, path)

    def get(self, key: str) -> dict[str, Any] | None:
        """The fields of the result under `key`; None where there is none, or where its file is damaged."""
        try:
            values = json.loads(self._path(key).read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError, UnicodeDecodeError):
            return None
        values["notebook"] = nbformat.from_dict(values["notebook"])
        values["exercises"] = {name: _exercise(exercise) for name, exercise in values["exercises"].items()}
        return values

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"


def _exercise(values: dict[str, Any]) -> ExerciseResult:
    return ExerciseResult(values["id"], values["max"], [TestResult(**test) for test in values["tests"]])
