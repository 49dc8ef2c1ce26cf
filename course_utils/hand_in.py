"""The check before handing in: what is unfinished, what has not been run, and how to submit."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from course_utils import runtime
from course_utils._version import __version__
from course_utils.environment import in_reference_notebook
from course_utils.lines import filled
from course_utils.testing import last_outcomes
from course_utils.variables import executed_sources, notebook_variables

_MARKER = re.compile(r"^# Exercise: (?P<id>\w+)", re.MULTILINE)
_STUB = re.compile(r"^\s*raise NotImplementedError\b", re.MULTILINE)
_WRITTEN = re.compile(r"Written answer \d+")
COLAB_STEPS = (
    "To hand in from Colab: choose File > Download > Download .ipynb, keep the file name, and upload the file where "
    "your course collects work."
)
JUPYTER_STEPS = (
    "To hand in from JupyterLab: save (Ctrl+S), then press Submit in the Assignments tab if your course has one. "
    "Otherwise download this file and upload it where your course collects work. Keep the file name."
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
    sources = executed_sources()
    lines = _exercises(outline["exercises"], variables, sources) + _saved_file(outline, sources)
    print(f"Before you hand in {name}:")
    print("\n".join(filled(line, first="  ", rest="    ") for line in lines))
    print(filled(COLAB_STEPS if runtime.in_colab() else JUPYTER_STEPS))


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


def _exercises(exercises: list[dict], variables: Mapping[str, Any], sources: Sequence[str]) -> list[str]:
    """A summary, then one line per exercise with its points so far and what is left to do."""
    latest = _latest_sources(sources)
    problems = {entry["id"]: _problem(entry["id"], latest, variables) for entry in exercises}
    earned = {name: sum(outcome.points for outcome in last_outcomes.get(name, [])) for name in problems}
    total, most = sum(earned.values()), sum(entry["points"] for entry in exercises)
    done = sum(not problem for problem in problems.values())
    return [
        f"{done} of {len(problems)} exercises pass their visible tests: {total:g} of {most:g} points so far. "
        "Hidden tests give the rest.",
        *(
            f"{'✗' if problem else '✓'} `{entry['id']}`: {earned[entry['id']]:g} of {entry['points']:g}"
            + (f"; {problem}" if problem else "")
            for entry, problem in zip(exercises, problems.values(), strict=True)
        ),
    ]


def _problem(exercise: str, sources: Mapping[str, str], variables: Mapping[str, Any]) -> str:
    """What is left to do for one exercise; empty when its visible tests pass."""
    if exercise not in variables:
        return "its cell has not been run"
    if _STUB.search(sources.get(exercise, "")):
        return "not done yet: its cell still raises NotImplementedError"
    outcomes = last_outcomes.get(exercise)
    if not outcomes:
        return "its test cell has not been run"
    failed = sum(outcome.status != "passed" for outcome in outcomes)
    return f"{failed} of {len(outcomes)} visible tests fail" if failed else ""


def _latest_sources(sources: Sequence[str]) -> dict[str, str]:
    """The most recently run source of each exercise's cell."""
    return {found["id"]: source for source in sources if (found := _MARKER.search(source))}


def _saved_file(outline: dict[str, Any], sources: Sequence[str]) -> list[str]:
    """Problems in the saved file: other answers, empty written ones, and code cells that nobody ran."""
    path = Path(os.environ.get("JPY_SESSION_NAME", ""))
    if path.suffix != ".ipynb" or not path.is_file():
        return [f"{len(outline['written'])} written answers are graded by hand: check that they are complete."]
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    if others := _other_answers(cells, sources):
        some = ", ".join(f"`{name}`" for name in others[:3]) + (", ..." if len(others) > 3 else "")
        return [
            f"✗ The saved file has other answers than those that you ran last ({some}): "
            "run what you changed, save (Ctrl+S), run this cell again"
        ]
    lines = [f"✗ {name}: still empty in the saved file" for name in _unanswered(cells, outline)]
    if idle := _idle(cells, sources):
        first = next(line for line in idle[0].splitlines() if line.strip()).strip()[:60]
        count = "1 code cell has" if len(idle) == 1 else f"{len(idle)} code cells have"
        lines.append(f"✗ {count} not been run (the first starts with `{first}`): run all cells, save, run this again")
    return lines or ["✓ In the saved file every written answer has text, and every code cell has been run."]


def _other_answers(cells: list[dict], sources: Sequence[str]) -> list[str]:
    """Exercises of which the file has another answer than the one that was run last: one of the two is older."""
    latest = _latest_sources(sources)
    in_file = _latest_sources(["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"])
    return [name for name, source in in_file.items() if latest.get(name, source).strip() != source.strip()]


def _idle(cells: list[dict], sources: Sequence[str]) -> list[str]:
    """Sources of the code cells that were not run: without a number in the file, which may be older, and not here."""
    run = {source.strip() for source in sources}
    idle = [
        "".join(cell["source"]) for cell in cells if cell["cell_type"] == "code" and not cell.get("execution_count")
    ]
    return [source for source in idle if source.strip() and source.strip() not in run]


def _unanswered(cells: list[dict], outline: dict[str, Any]) -> list[str]:
    """The empty written answers, named as in the notebook."""
    texts = {cell["metadata"].get("nbgrader", {}).get("grade_id"): "".join(cell["source"]) for cell in cells}
    empty = {entry["id"]: texts.get(entry["id"], outline["written_stub"]) for entry in outline["written"]}
    return [
        found.group() if (found := _WRITTEN.search(text)) else f"Written answer `{name}`"
        for name, text in empty.items()
        if text.rstrip().endswith(outline["written_stub"].rstrip())  # an answer may stand below it, or in its place
    ]
