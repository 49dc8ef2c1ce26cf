"""Which known mistake an answer behaves like: its recorded calls, compared with those of a lab's misconceptions.

Needs no PyTorch.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from course_utils.remote.traces import Call, Traces, traces_from_json, traces_to_json

ENOUGH = 4  # evidence that a diagnosis needs: a single number could be a coincidence
WIDTH, INDENT = 100, " " * 6  # of an explanation
MOST_NAMED = 2  # of mistakes that the tests cannot tell apart


@dataclass(frozen=True)
class Mistake:
    """A known mistake: what students read about it, and what the tests' calls of it return.

    The evidence of a call is 0 where a right answer returns the same.
    """

    name: str
    explanation: str
    traces: Traces

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "explanation": self.explanation, "tests": traces_to_json(self.traces)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Mistake:
        return cls(data.get("name", ""), data["explanation"], traces_from_json(data["tests"]))

    def evidence_in(self, traces: Traces) -> int:
        """How much speaks for this mistake; 0 if any call of any test says otherwise."""
        if traces.keys() != self.traces.keys():
            return 0
        pairs = [(own, traces[test]) for test, own in self.traces.items()]
        if not all(len(own) == len(calls) for own, calls in pairs):
            return 0
        calls = [pair for own, others in pairs for pair in zip(own, others, strict=True)]
        return sum(_evidence(*pair) for pair in calls) if all(own.agrees(other) for own, other in calls) else 0


def _evidence(known: Call, call: Call) -> int:
    """Errors of one type may have different causes, so only the same text counts."""
    return known.evidence if known.text == call.text else 0


def diagnose(traces: Traces, mistakes: Iterable[Mistake]) -> list[Mistake]:
    """The mistake that these calls show; several where the tests cannot tell them apart, none where too many fit."""
    found = [mistake for mistake in mistakes if mistake.evidence_in(traces) >= ENOUGH]
    return found if len(found) <= MOST_NAMED else []


def advice(explanations: Sequence[str]) -> str:
    """What a student reads below the tests' results; empty without a diagnosis."""
    if not explanations:
        return ""
    which = "this known mistake" if len(explanations) == 1 else "one of these known mistakes"
    wrapped = (textwrap.fill(text, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT) for text in explanations)
    return "\n".join([f"  Your answer behaves like {which}:", *wrapped])
