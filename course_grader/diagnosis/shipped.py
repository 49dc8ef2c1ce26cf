"""What students get: explanations, what visible tests show of mistakes, and kinds. No code, no hidden test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from course_grader.audit.known_mistakes import KnownMistakes
from course_grader.audit.lab_hashes import behaviour_hash
from course_grader.diagnosis.recording import recorded_mistakes
from course_grader.files import write_in_one_step
from course_grader.notebooks import Lab
from course_utils.remote.mistakes import packed
from course_utils.testing.known_answers import FOLDER


def shipped_path(root: Path, name: str) -> Path:
    return root / "course_utils" / "testing" / FOLDER / f"{name}.json"


def is_in_step(lab: Lab) -> bool:
    """Whether the lab's file was made from its tests and variants as they are now."""
    path = shipped_path(lab.root, lab.name)
    return path.is_file() and json.loads(path.read_text(encoding="utf-8"))["made_from"] == behaviour_hash(lab)


def write_shipped(lab: Lab) -> Path:
    """Write the lab's file, if it is not in step. Raises CourseError if the misconceptions cannot be recorded."""
    path = shipped_path(lab.root, lab.name)
    if not is_in_step(lab):
        write_in_one_step(path, shipped_text(lab, recorded_mistakes(lab)))
    return path


def shipped_text(lab: Lab, known: KnownMistakes) -> str:
    """The file's text, one mistake on each line."""
    mistakes = [f"  {json.dumps(name)}: {{\n{_lines(packed(each))}\n  }}" for name, each in known.notebook.items()]
    returns = [f"  {json.dumps(name)}: {json.dumps(each)}" for name, each in known.returns.items()]
    head = f'{{\n "made_from": "{behaviour_hash(lab)}",\n "returns": {{\n'
    return head + ",\n".join(returns) + '\n },\n "mistakes": {\n' + ",\n".join(mistakes) + "\n }\n}\n"


def _lines(exercise: dict[str, list[Any]]) -> str:
    """One line for each fingerprint and each mistake."""
    parts = {name: ",\n".join(f"    {_dense(entry)}" for entry in entries) for name, entries in exercise.items()}
    return ",\n".join(f"   {json.dumps(name)}: [\n{lines}\n   ]" for name, lines in parts.items())


def _dense(entry: Any) -> str:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
