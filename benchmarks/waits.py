"""What the submissions of a run spent their time on, from the file that `course-grader grade --timeline` writes."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any

from course_grader.runner.timeline import BUSY, RUN

QUEUE = "waiting for a slot"  # the phase that, like the row RUN, belongs to no submission's own time
STARTED = "starting a kernel"


def read_events(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8").rstrip().rstrip(",") + "]")


def read_rows(events: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Seconds in each phase, by row: a student's, or that of the run."""
    names = {event["tid"]: event["args"]["name"] for event in events if event["name"] == "thread_name"}
    rows: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for event in events:
        if event["ph"] == "X":
            rows[names[event["tid"]]][event["cat"]] += event["dur"] / 1e6
    return {row: dict(phases) for row, phases in rows.items()}


def describe(path: Path) -> dict[str, Any]:
    """The median submission and the slowest, without the queue: seconds, and the longest phases of each.

    Also the busy processors after start-up, for as long as submissions wait for a slot.
    """
    events = read_events(path)
    rows = {row: phases for row, phases in read_rows(events).items() if row != RUN}
    totals = {row: sum(seconds for phase, seconds in phases.items() if phase != QUEUE) for row, phases in rows.items()}
    slowest = max(totals, key=lambda row: totals[row])
    phases = {phase for each in rows.values() for phase in each} - {QUEUE}
    middle = {phase: statistics.median(each.get(phase, 0.0) for each in rows.values()) for phase in phases}
    return {
        "median_seconds": round(statistics.median(totals.values()), 2), "median_of_phases": _longest(middle),
        "slowest_seconds": round(totals[slowest], 2), "slowest_spent_it_on": _longest(rows[slowest]),
        "busy_processors": _busy(events),
    }  # fmt: skip


def _busy(events: list[dict[str, Any]]) -> float | None:
    """Their mean between the first kernel and the end of the queue; None if the timeline does not have them."""
    began = min((event["ts"] for event in events if event.get("cat") == STARTED), default=0)
    ended = max((event["ts"] + event["dur"] for event in events if event.get("cat") == QUEUE), default=0)
    seen = [event["args"]["busy"] for event in events if event["name"] == BUSY and began < event["ts"] <= ended]
    return round(statistics.mean(seen), 2) if seen else None


def _longest(phases: dict[str, float], count: int = 4) -> str:
    """For example "tests 0.51 s, starting a kernel 0.22 s"."""
    order = sorted((phase for phase in phases if phase != QUEUE), key=lambda phase: -phases[phase])
    return ", ".join(f"{phase} {phases[phase]:.2f} s" for phase in order[:count] if phases[phase] >= 0.005)
