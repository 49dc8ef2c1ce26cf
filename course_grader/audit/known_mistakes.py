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

    returns: what right answers return.
    """

    judge: Mistakes = field(default_factory=dict)
    notebook: Mistakes = field(default_factory=dict)
    returns: Returns = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"judge": _to_json(self.judge), "notebook": _to_json(self.notebook), "returns": self.returns}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> KnownMistakes:
        return cls(_from_json(data["judge"]), _from_json(data["notebook"]), data["returns"])


def _to_json(mistakes: Mistakes) -> dict[str, Any]:
    return {exercise: [mistake.to_json() for mistake in known] for exercise, known in mistakes.items()}


def _from_json(data: dict[str, Any]) -> Mistakes:
    return {exercise: [Mistake.from_json(entry) for entry in known] for exercise, known in data.items()}
