"""Recorded calls of a student's code, as fingerprints that are equal up to rounding. Needs no PyTorch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

UNREADABLE = "?"
_SMALL = 1e-7  # differences below it are rounding

Numbers = list[list[float]]


@dataclass
class Fingerprint:
    """A value: `form` hashes its structure, types, shapes and exact parts; `numbers` has its floats, leaf by leaf.

    A leaf is [digits, numbers...] or [digits, norm, projections...].
    """

    form: str
    numbers: Numbers

    def agrees(self, other: Fingerprint) -> bool:
        """Whether both stand for the same value, up to rounding."""
        if self.form == UNREADABLE or self.form != other.form or len(self.numbers) != len(other.numbers):
            return False
        return all(_close(one, two) for one, two in zip(self.numbers, other.numbers, strict=True))

    def to_json(self) -> list[Any]:
        return [self.form, self.numbers] if self.numbers else [self.form]

    @classmethod
    def from_json(cls, data: list[Any]) -> Fingerprint:
        return cls(data[0], data[1] if len(data) > 1 else [])


@dataclass
class Call:
    """A request and its outcome. text: a hash of an error's text, else empty.

    evidence: how much the outcome tells: 2 for an error and for each different number, up to 8; 1 for a single 0, 1 or
    None, which many functions return; 0 for an object that stays with the student.
    """

    request: Fingerprint
    outcome: Fingerprint
    text: str
    evidence: int

    def agrees(self, other: Call) -> bool:
        """Whether the same request had the same outcome; of errors only the types must agree."""
        return self.request.agrees(other.request) and self.outcome.agrees(other.outcome)

    def to_json(self) -> list[Any]:
        return [self.request.to_json(), self.outcome.to_json(), self.text, self.evidence]

    @classmethod
    def from_json(cls, data: list[Any]) -> Call:
        request, outcome, text, evidence = data
        return cls(Fingerprint.from_json(request), Fingerprint.from_json(outcome), text, evidence)


Traces = dict[str, list[Call]]  # the calls of each test (Class.method)


def traces_to_json(traces: Traces) -> dict[str, list[Any]]:
    return {test: [call.to_json() for call in calls] for test, calls in traces.items()}


def traces_from_json(data: dict[str, list[Any]]) -> Traces:
    return {test: [Call.from_json(call) for call in calls] for test, calls in data.items()}


def _close(one: list[float], two: list[float]) -> bool:
    if len(one) != len(two) or one[0] != two[0]:
        return False
    scale = max(map(abs, (*one[1:], *two[1:])), default=0.0)
    return all(abs(a - b) <= _SMALL + 10.0 ** -one[0] * scale for a, b in zip(one[1:], two[1:], strict=True))
