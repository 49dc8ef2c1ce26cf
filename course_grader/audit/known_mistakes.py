"""A lab's misconceptions with their behaviour, as they are recorded and kept. Needs no PyTorch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from course_utils.remote.mistakes import Mistake

Mistakes = dict[str, list[Mistake]]  # by exercise
Returns = dict[str, tuple[str, list[str]]]  # by exercise: in words, and as kinds


@dataclass
class KnownMistakes:
    """A lab's misconceptions as a judge diagnoses them, and as a notebook does, by visible tests alone.

    returns: what right answers return. without_end: labels of misconceptions whose tests do not end: they are unknown.
    """

    judge: Mistakes = field(default_factory=dict)
    notebook: Mistakes = field(default_factory=dict)
    returns: Returns = field(default_factory=dict)
    without_end: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        judge, notebook = _to_json(self.judge), _to_json(self.notebook)
        return {"judge": judge, "notebook": notebook, "returns": self.returns, "without_end": self.without_end}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> KnownMistakes:
        return cls(_from_json(data["judge"]), _from_json(data["notebook"]), data["returns"], data["without_end"])


def _to_json(mistakes: Mistakes) -> dict[str, Any]:
    return {exercise: [mistake.to_json() for mistake in known] for exercise, known in mistakes.items()}


def _from_json(data: dict[str, Any]) -> Mistakes:
    return {exercise: [Mistake.from_json(entry) for entry in known] for exercise, known in data.items()}
