"""The check before handing in: what is unfinished, what has not been run, and how to submit."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from course_utils import runtime
from course_utils._version import __version__
from course_utils.environment import in_reference_notebook
from course_utils.testing import last_outcomes
from course_utils.variables import notebook_variables

_MARKER = re.compile(r"^# Exercise: (?P<id>\w+)", re.MULTILINE)
_STUB = re.compile(r"^\s*raise NotImplementedError\b", re.MULTILINE)
COLAB_STEPS = (
    "To hand in from Colab: choose File > Download > Download .ipynb, keep the file name,\n"
    "and upload the file where your course collects work."
)
JUPYTER_STEPS = (
    "To hand in from JupyterLab: save (Ctrl+S), then press Submit in the Assignments tab if your\n"
    "course has one. Otherwise download this file and upload it where your course collects work.\n"
    "Keep the file name."
)


def before_you_hand_in(lab: str | None = None) -> None:
    """Print what is left to do in this notebook. `lab` defaults to the name given in the setup cell.

    Raises RuntimeError without `lab` before the setup cell has been run, ValueError for an unknown lab.
    """
    name = lab or runtime.current_lab()
    try:
        outline = read_outline(name)
    except ValueError:
        if not in_reference_notebook():
            raise
        print(f"This cell will show what is left to do in {name}, once `course-grader labs` has released it.")
        return
    variables = notebook_variables()
    lines = _exercises(outline["exercises"], variables) + _saved_file(outline)
    print(f"Before you hand in {name}:")
    print("\n".join(f"  {line}" for line in lines))
    print(COLAB_STEPS if runtime.in_colab() else JUPYTER_STEPS)


def read_outline(lab: str) -> dict[str, Any]:
    """A lab's exercises and written answers by id. Raises ValueError for a lab that this version does not include."""
    file = resources.files("course_utils").joinpath("outline.json")
    outlines = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    if lab not in outlines:
        labs = ", ".join(sorted(outlines)) or "none"
        raise ValueError(
            f"unknown lab {lab!r} in course {__version__}; available: {labs}. "
            "Run the installation in the setup cell again"
        )
    return outlines[lab]


def _exercises(exercises: list[dict], variables: Mapping[str, Any]) -> list[str]:
    """One line per unfinished exercise after the count, or a single line when all are done."""
    sources = _latest_sources(variables)
    states = {entry["id"]: _state(entry["id"], sources, variables) for entry in exercises}
    lines = [f"✗ `{name}`: {state}" for name, state in states.items() if state]
    done = len(states) - len(lines)
    summary = f"{done} of {len(states)} exercises pass their visible tests."
    return [f"✓ {summary}"] if not lines else [summary, *lines]


def _state(exercise: str, sources: Mapping[str, str], variables: Mapping[str, Any]) -> str:
    """What is left to do for one exercise; empty when its visible tests pass."""
    if exercise not in variables:
        return "its cell has not been run"
    if _STUB.search(sources.get(exercise, "")):
        return "not done yet: its cell still contains `raise NotImplementedError(...)`"
    outcomes = last_outcomes.get(exercise)
    if not outcomes:
        return "its test cell has not been run"
    failed = sum(outcome.status != "passed" for outcome in outcomes)
    return f"{failed} of {len(outcomes)} visible tests fail" if failed else ""


def _latest_sources(variables: Mapping[str, Any]) -> dict[str, str]:
    """The most recently run source of each exercise's cell, from IPython's history."""
    sources = {}
    for source in variables.get("In", []):
        if found := _MARKER.search(source):
            sources[found["id"]] = source
    return sources


def _saved_file(outline: dict[str, Any]) -> list[str]:
    """Problems in the saved file: empty written answers and code cells that were never run."""
    path = Path(os.environ.get("JPY_SESSION_NAME", ""))
    if path.suffix != ".ipynb" or not path.is_file():
        return [f"{len(outline['written'])} written answers are graded by hand: check that they are complete."]
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    lines = [f"✗ written answer `{name}`: still empty in the saved file" for name in _unanswered(cells, outline)]
    idle = sum(cell["cell_type"] == "code" and not cell.get("execution_count") for cell in cells)
    if idle > 1:  # this cell itself is still running
        lines.append(
            f"✗ {idle} code cells had not been run when this file was saved: run them, save, run this cell again"
        )
    return lines or ["✓ In the saved file every written answer has text and every code cell has been run."]


def _unanswered(cells: list[dict], outline: dict[str, Any]) -> list[str]:
    texts = {cell["metadata"].get("nbgrader", {}).get("grade_id"): "".join(cell["source"]) for cell in cells}
    names = [entry["id"] for entry in outline["written"]]
    return [name for name in names if outline["written_stub"] in texts.get(name, outline["written_stub"])]
