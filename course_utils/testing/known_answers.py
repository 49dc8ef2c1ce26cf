"""What comes with a lab about answers to its exercises: known mistakes, and the kinds of values to return."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from course_utils import runtime
from course_utils.remote.mistakes import Mistake, unpacked

FOLDER = "known_answers"


def known(part: str) -> dict[str, Any]:
    """A part of the current lab's file, by exercise: "mistakes" or "returns". Empty for a lab without a file."""
    try:
        lab = runtime.current_lab()
    except RuntimeError:  # the setup cell was not run
        return {}
    return _content(lab).get(part, {})


def known_mistakes(exercise: str) -> list[Mistake]:
    """The mistakes of an exercise of the current lab that its visible tests can show."""
    found = known("mistakes").get(exercise)
    return unpacked(found) if found else []


@cache
def _content(lab: str) -> dict[str, Any]:
    file = resources.files("course_utils.testing").joinpath(FOLDER, f"{lab}.json")
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
