"""What the submissions of a run spent their time on, from the file that `course-grader grade --timeline` writes."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any

from course_grader.runner.timeline import RUN

QUEUE = "waiting for a slot"  # the phase that, like the row RUN, belongs to no submission's own time


def read_rows(path: Path) -> dict[str, dict[str, float]]:
    """Seconds in each phase, by row: a student's, or that of the run."""
    events: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8").rstrip().rstrip(",") + "]")
    names = {event["tid"]: event["args"]["name"] for event in events if event["name"] == "thread_name"}
    rows: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for event in events:
        if event["ph"] == "X":
            rows[names[event["tid"]]][event["cat"]] += event["dur"] / 1e6
    return {row: dict(phases) for row, phases in rows.items()}


def describe(path: Path) -> dict[str, Any]:
    """The median submission and the slowest, without the queue: seconds, and the longest phases of each."""
    rows = {row: phases for row, phases in read_rows(path).items() if row != RUN}
    totals = {row: sum(seconds for phase, seconds in phases.items() if phase != QUEUE) for row, phases in rows.items()}
    slowest = max(totals, key=lambda row: totals[row])
    phases = {phase for each in rows.values() for phase in each} - {QUEUE}
    middle = {phase: statistics.median(each.get(phase, 0.0) for each in rows.values()) for phase in phases}
    return {
        "median_seconds": round(statistics.median(totals.values()), 2), "median_of_phases": _longest(middle),
        "slowest_seconds": round(totals[slowest], 2), "slowest_spent_it_on": _longest(rows[slowest]),
    }  # fmt: skip


def _longest(phases: dict[str, float], count: int = 4) -> str:
    """For example "tests 0.51 s, starting a kernel 0.22 s"."""
    order = sorted((phase for phase in phases if phase != QUEUE), key=lambda phase: -phases[phase])
    return ", ".join(f"{phase} {phases[phase]:.2f} s" for phase in order[:count] if phases[phase] >= 0.005)
