"""Answers that stand beside a reference: named misconceptions, and other right answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Misconception:
    """A wrong answer that real students give.

    code: the source of the whole solution cell. explanation: what the student reads when their answer behaves like it.
    also_affects: other exercises that lose points with it.
    """

    exercise: str
    name: str
    explanation: str
    code: str
    also_affects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Alternative:
    """Another right answer: the source of the whole solution cell."""

    exercise: str
    name: str
    code: str
