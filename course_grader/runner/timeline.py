"""Where the time of a run goes: a file in the Trace Event Format, for https://ui.perfetto.dev or chrome://tracing.

One process per lab, one row per submission, and one, "the run", for everything that concerns no single submission. The
file is complete after every event (the format allows a missing bracket at the end), so a run that is killed leaves a
useful one.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from course_grader.results import GradedSubmission, Phase

PERIOD = 0.25  # seconds between two looks at how busy the processors are
RUN = "the run"
BUSY = "busy processors"


class Timeline:
    """A context manager; the rows of one lab after another. OSError if the file cannot be opened."""

    def __init__(self, path: Path):
        self._path = path
        self._lock = threading.Lock()
        self._lab = 0
        self._rows = 0
        self._ended = threading.Event()
        self._watching = threading.Thread(target=self._watch_processors, name="timeline", daemon=True)

    def __enter__(self) -> Self:
        self._file = self._path.open("w", encoding="utf-8")
        self._file.write("[\n")
        self._watching.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._watching.join()
        with contextlib.suppress(OSError):
            self._file.close()

    def begin_lab(self, lab: str) -> None:
        """The rows from now on belong to this lab."""
        self._lab, self._rows = self._lab + 1, 0
        self._write({"name": "process_name", "ph": "M", "args": {"name": lab}})

    def add(self, row: str, phases: Iterable[Phase]) -> None:
        """A row with these phases."""
        self._rows += 1
        self._write({"name": "thread_name", "ph": "M", "tid": self._rows, "args": {"name": row}})
        self._write({"name": "thread_sort_index", "ph": "M", "tid": self._rows, "args": {"sort_index": self._rows}})
        for phase in phases:
            name = f"{phase.name}: {phase.detail}" if phase.detail else phase.name
            microseconds = {"ts": round(phase.began * 1e6), "dur": round((phase.ended - phase.began) * 1e6)}
            self._write({"name": name, "cat": phase.name, "ph": "X", "tid": self._rows, **microseconds})

    def note(self, graded: GradedSubmission) -> None:
        """A row for a submission that has been saved."""
        self.add(graded.student, graded.phases)

    def _write(self, event: dict[str, Any]) -> None:
        with self._lock, contextlib.suppress(OSError):  # a full disk must not end the run
            self._file.write(json.dumps({"pid": self._lab, "tid": 0, **event}) + ",\n")
            self._file.flush()

    def _watch_processors(self) -> None:
        """Note how many of the machine's processors are busy, whatever they run."""
        before = _processor_seconds(), time.monotonic()
        while not self._ended.wait(PERIOD):
            now = _processor_seconds(), time.monotonic()
            busy = (now[0] - before[0]) / (now[1] - before[1])
            before = now
            self._write({"name": BUSY, "ph": "C", "ts": round(time.time() * 1e6), "args": {"busy": round(busy, 2)}})


def _processor_seconds() -> float:
    """Seconds for which all processors together were not idle; 0 where the system does not say."""
    try:
        ticks = [int(word) for word in Path("/proc/stat").read_text(encoding="ascii").split("\n")[0].split()[1:9]]
    except (OSError, ValueError):
        return 0.0
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")  # without idle and waiting for a disk
