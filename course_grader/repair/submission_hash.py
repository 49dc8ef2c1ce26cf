"""A hash of everything in a submission that its result can depend on."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from course_grader.lab_settings import LabSettings
from course_grader.repair.choosing import candidates
from course_grader.repair.notes import Notes
from course_grader.repair.other_files import find_other_files
from course_grader.repair.plain_files import NotPlain, expect_plain_folder, open_plain
from course_grader.repair.reading import MAX_FAULTY_BYTES, Unreadable, read_notebook
from course_grader.repair.submission import Submission
from course_grader.repair.timestamp import read_timestamp


def submission_hash(submission: Submission, settings: LabSettings) -> str:
    """A hash that changes with its cells, the other files that the lab allows, and the time when it was handed in.

    Outputs and other metadata do not count: a notebook that was only run again is unchanged. Never raises.
    """
    notes = Notes()
    parts: list[Any] = []
    try:
        expect_plain_folder(submission.folder)
        notebooks = candidates(submission.notebook_path)
        parts += [[path.name, _notebook(path, notes)] for path in notebooks]
        parts += [_files(notebooks[0], settings, notes), str(read_timestamp(submission.folder, notes))]
    except (Unreadable, NotPlain) as error:
        parts.append(str(error))
    except OSError as error:
        parts.append(str(error.strerror))
    return hashlib.sha256(json.dumps([parts, notes.problems], sort_keys=True, default=str).encode()).hexdigest()


def _notebook(path: Path, notes: Notes) -> list[Any]:
    try:
        notebook = read_notebook(path, notes)
    except Unreadable as error:
        return [str(error), _bytes(path)]
    cells = [[cell.cell_type, cell.source, cell.metadata, cell.get("attachments")] for cell in notebook.cells]
    return [notebook.metadata, cells]


def _files(path: Path, settings: LabSettings, notes: Notes) -> list[list[str]]:
    found = find_other_files(path, settings.files, settings.files_mb, notes)
    return [[name, _content(found.folder / name)] for name in found.names]


def _bytes(path: Path) -> str:
    """Of a notebook that cannot be read: a file that is handed in again must count as changed."""
    try:
        return _content(path)
    except (NotPlain, OSError) as error:
        return str(error)


def _content(path: Path) -> str:
    with open_plain(path) as file:
        return hashlib.sha256(file.read(MAX_FAULTY_BYTES)).hexdigest() + str(path.stat().st_size)
