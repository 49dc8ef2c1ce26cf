"""Results that are ready before nbgrader asks for them: submissions run in parallel, grades are saved by one writer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nbformat import NotebookNode

from course_grader.store import content_hash

_ready: dict[tuple[str, str, str], Any] = {}


def offer(lab: str, student: str, notebook: NotebookNode, graded: Any) -> None:
    """Keep `graded` (a GradedNotebook) for Autograde in this process. notebook: as `Course.sanitize` gave it."""
    _ready[lab, student, content_hash(notebook)] = graded


def take(lab: str, student: str, notebook: NotebookNode) -> Any | None:
    """The result offered for exactly this content, once; None where there is none."""
    return _ready.pop((lab, student, content_hash(notebook)), None)


def forget(lab: str, students: Iterable[str]) -> None:
    """Drop what was offered for these students and not taken: another run has another seed."""
    for key in [key for key in _ready if key[0] == lab and key[1] in students]:
        del _ready[key]
