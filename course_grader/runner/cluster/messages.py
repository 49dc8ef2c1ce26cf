"""What the command and a worker send each other: plain values and bytes, whatever version of the course each has.

A worker with another version of the course must still be able to read a request, and say that it has another version.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypedDict

import nbformat
from nbformat import NotebookNode

from course_grader.errors import one_sentence
from course_grader.files import open_regular
from course_grader.grading.record import read_record
from course_grader.repair import Notes
from course_grader.results import GradedSubmission, OtherFiles
from course_grader.runner.deadline import NotGraded


class LabRequest(TypedDict):
    """Which engine grades. fingerprint: of the lab and the grader. libraries: what results depend on besides these.

    options: the fields of EngineOptions. seconds: for one submission on a worker. topic: where a worker reports that it
    has begun.
    """

    lab: str
    fingerprint: str
    libraries: str
    options: dict[str, bool | str]
    seconds: float
    topic: str


class Work(TypedDict):
    """One repaired submission. notebook: as JSON. files: the content of its other files, by their paths."""

    student: str
    seed: int
    notebook: bytes
    notes: dict[str, list[str] | bool]
    files: dict[str, bytes]


class Answer(TypedDict, total=False):
    """One of three, and the worker's address. notebook: with its record, as JSON.

    refused: why this worker cannot grade the lab at all. failed: why this submission could not be graded this time.
    """

    worker: str
    notebook: bytes
    refused: str
    failed: str


def pack(notebook: NotebookNode, student: str, seed: int, notes: Notes, files: OtherFiles | None) -> Work:
    """OSError if something else, such as a link, has taken a file's place meanwhile."""
    contents = {name: _content(files.folder / name) for name in files.names} if files else {}
    return Work(student=student, seed=seed, notebook=to_json(notebook), notes=asdict(notes), files=contents)


def _content(path: Path) -> bytes:
    with open_regular(path) as file:
        return file.read()


@contextmanager
def unpacked_files(work: Work) -> Iterator[OtherFiles]:
    """The submission's other files, in a temporary folder."""
    with TemporaryDirectory() as folder:
        for name, content in work["files"].items():
            place = Path(folder, name)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        yield OtherFiles(Path(folder), tuple(work["files"]))


def to_json(notebook: NotebookNode) -> bytes:
    return json.dumps(notebook).encode("ascii")


def from_json(data: bytes) -> NotebookNode:
    return nbformat.from_dict(json.loads(data))


def read_answer(data: bytes, lab: str, student: str, seed: int) -> GradedSubmission:
    """The result in an answer; NotGraded if it is not the result of this submission."""
    try:
        graded = read_record(from_json(data))
    except Exception as error:  # whatever is wrong with it
        raise NotGraded(f"A worker's answer could not be read: {one_sentence(error)}") from None
    if (graded.lab, graded.student, graded.seed) != (lab, student, seed):
        raise NotGraded(f"A worker answered for {graded.student} ({graded.lab}), expected {student} ({lab}).")
    return graded
