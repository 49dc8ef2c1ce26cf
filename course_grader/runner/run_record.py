"""The record of a lab's runs, beside the graded notebooks: what each set out to do, and whether it came to its end.

What was graded, by which run and from what, is in the gradebook (`gradebook/provenance.py`).
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from course_grader.errors import CourseError
from course_grader.report.grades_file import write_json

FOLDER = ".runs"  # hidden, so that nbgrader does not take it for a student's


@dataclass
class RunRecord:
    """One run. planned: the students whose submissions it set out to grade.

    options: those that can change a result, in words. unsaved: students whose results were not saved, with messages.
    """

    name: str
    seed: int
    started: str
    options: str = ""
    force: bool = False
    only: list[str] = field(default_factory=list)
    planned: list[str] = field(default_factory=list)
    unsaved: dict[str, list[str]] = field(default_factory=dict)
    finished: bool = False


class LabRuns:
    """The runs of one lab, the oldest first. autograded: the folder of graded notebooks that they write."""

    def __init__(self, autograded: Path, lab: str):
        self._file = runs_file(autograded, lab)
        self._lab = lab
        self.runs = _read(self._file)

    @property
    def last(self) -> RunRecord | None:
        return self.runs[-1] if self.runs else None

    def free_name(self) -> str:
        """Today's date, with a number if there was a run of that name."""
        today = datetime.now(UTC).date().isoformat()
        used = {run.name for run in self.runs}
        names = (today if number == 1 else f"{today}-{number}" for number in range(1, len(used) + 2))
        return next(name for name in names if name not in used)

    def save(self, run: RunRecord) -> None:
        """Add the run, or replace the one of its name."""
        self.runs = [*(each for each in self.runs if each.name != run.name), run]
        write_json(self._file, {"lab": self._lab, "runs": [asdict(each) for each in self.runs]})

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Within the block no other process grades this lab. CourseError if one does; a killed one does not."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.with_suffix(".lock").open("a+") as file:
            _lock(file.fileno(), self._lab)
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            self.runs = _read(self._file)
            yield


def runs_file(autograded: Path, lab: str) -> Path:
    return autograded / FOLDER / f"{lab}.json"


def _read(path: Path) -> list[RunRecord]:
    """None of a file that is damaged or of another version: the gradebook still says what is graded."""
    try:
        return [RunRecord(**entry) for entry in json.loads(path.read_text(encoding="ascii"))["runs"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _lock(descriptor: int, lab: str) -> None:
    import fcntl  # not on Windows, where this module must still be importable

    try:
        with contextlib.suppress(PermissionError):  # from some network file systems, which have no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        process = os.pread(descriptor, 20, 0).decode(errors="replace") or "unknown"
        raise CourseError(
            f"{lab} is being graded already, by process {process}; wait for its end, or stop it with: kill {process}"
        ) from None
