"""Recorded calls of a student's code, as fingerprints that are equal up to rounding. Needs no PyTorch."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

UNREADABLE = "?"
VARIED = "+"  # after the name of a test: its calls with other arguments
VALUES, KINDS, TYPES = "values", "kinds", "types"  # how closely two structures are compared
_SMALL = 1e-7  # differences below it are rounding

Numbers = list[list[float]]


@dataclass
class ValueFingerprint:
    """The values: `form` hashes structure, shapes and texts; `numbers` has all numbers, leaf by leaf.

    A leaf is [digits, numbers...] or [digits, norm, projections...].
    """

    form: str
    numbers: Numbers = field(default_factory=list)

    def agrees(self, other: ValueFingerprint) -> bool:
        """Whether both stand for the same values, up to rounding, whatever their types."""
        if self.form == UNREADABLE or self.form != other.form or len(self.numbers) != len(other.numbers):
            return False
        return all(_close(one, two) for one, two in zip(self.numbers, other.numbers, strict=True))

    def to_json(self) -> list[Any]:
        return [self.form, self.numbers] if self.numbers else [self.form]

    @classmethod
    def from_json(cls, data: list[Any]) -> ValueFingerprint:
        return cls(data[0], data[1] if len(data) > 1 else [])


@dataclass
class Call:
    """A request and its outcome: the values, and hashes of what else a test may notice (see `fingerprints.Seen`).

    error, text: hashes of an error's built-in type and of its text, else empty. evidence: how much the outcome tells:
    2 for an error and for each different number or text, up to 8; 1 for a single 0, 1 or None, which many functions
    return; 0 for an object that stays with the student. own: whether it called the exercise's function, or an object of
    its class.
    """

    request: ValueFingerprint
    outcome: ValueFingerprint
    kinds: str = ""
    types: str = ""
    error: str = ""
    text: str = ""
    evidence: int = 0
    own: bool = False

    def to_json(self) -> list[Any]:
        rest = [self.kinds, self.types, self.error, self.text, self.evidence, self.own]
        return [self.request.to_json(), self.outcome.to_json(), *rest]

    @classmethod
    def from_json(cls, data: list[Any]) -> Call:
        request, outcome, *rest = data
        return cls(ValueFingerprint.from_json(request), ValueFingerprint.from_json(outcome), *rest)


Traces = dict[str, list[Call]]  # the calls of each test (Class.method)


def traces_to_json(traces: Traces) -> dict[str, list[Any]]:
    return {test: [call.to_json() for call in calls] for test, calls in traces.items()}


def traces_from_json(data: dict[str, list[Any]]) -> Traces:
    return {test: [Call.from_json(call) for call in calls] for test, calls in data.items()}


def error_hash(name: str) -> str:
    """What `Call.error` is for a built-in error of this name."""
    return hash_of(["error", name])


def _close(one: list[float], two: list[float]) -> bool:
    if len(one) != len(two):
        return False
    scale = max(map(abs, (*one[1:], *two[1:])), default=0.0)
    # Those of the finer type: a coarse number would be equal to all of its neighbours, the right one among them.
    tolerance = _SMALL + 10.0 ** -max(one[0], two[0]) * scale
    return all(abs(a - b) <= tolerance for a, b in zip(one[1:], two[1:], strict=True))


def text_of(structure: Any, closely: str = TYPES) -> str:
    return json.dumps(structure, sort_keys=True, default=lambda detail: getattr(detail, closely))


def hash_of(structure: Any, closely: str = TYPES) -> str:
    return hashlib.sha256(text_of(structure, closely).encode()).hexdigest()[:12]
