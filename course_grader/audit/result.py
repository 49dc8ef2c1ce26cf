"""What an audit finds: numbers for each exercise, and the problems of a lab."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, field
from typing import Any

MIN_SEEN, MIN_KILLED, MAX_CONSTANT, MAX_PROBED = 0.9, 0.95, 0.5, 0.75
MIN_DIAGNOSED, MAX_MISDIAGNOSED = 0.9, 0.01


@dataclass
class ExerciseAudit:
    """What was found for one exercise. seen: misconceptions that fail a visible test. constant: the most points for an
    answer that ignores its arguments. probed: the points of tests that run a probe. diagnosed, told: misconceptions
    that the grader and a notebook name. others, misdiagnosed: other answers, and how many are taken for one. rewrites,
    refused: rewrites of right answers, and those that lose points."""

    name: str
    alternatives: int = 0
    misconceptions: int = 0
    seen: int = 0
    constant: float = 0.0
    probed: float = 0.0
    mutants: int = 0
    killed: int = 0
    equivalent: int = 0
    diagnosed: int = 0
    told: int = 0
    others: int = 0
    misdiagnosed: int = 0
    rewrites: int = 0
    refused: int = 0


@dataclass
class LabAudit:
    """What was found for one lab; it passes when `problems` is empty.

    survivors: mutants' changes, by exercise. refusals: rewrites that lose points, with the reason, if there is one.
    fingerprint: the lab's `solutions_hash`. processor_seconds: what the audit took, in all of its processes;
    quick_seconds: without mutants and rewrites (0 in older results).
    """

    lab: str
    fingerprint: str
    quick: bool
    exercises: list[ExerciseAudit]
    problems: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    survivors: list[dict[str, str]] = field(default_factory=list)
    misdiagnoses: list[str] = field(default_factory=list)
    refusals: list[dict[str, str]] = field(default_factory=list)
    processor_seconds: int = 0
    quick_seconds: int = 0

    @property
    def passed(self) -> bool:
        return not self.problems

    def expect(self, holds: bool, problem: str) -> None:
        """Note the problem if this does not hold."""
        if not holds:
            self.problems.append(problem)

    def expect_the_aims(self) -> None:
        """Note each aim for the whole lab that is missed."""
        self.expect(self.seen_share >= MIN_SEEN, f"visible tests notice {self.seen_share:.0%} of the misconceptions; "
                    f"the aim is {MIN_SEEN:.0%}")  # fmt: skip
        self.expect(self.diagnosed_share >= MIN_DIAGNOSED, f"{self.diagnosed_share:.0%} of the misconceptions are "
                    f"diagnosed; the aim is {MIN_DIAGNOSED:.0%}")  # fmt: skip
        constant, probed = self.total("constant"), self.total("probed")
        self.expect(constant <= MAX_CONSTANT, f"answers that ignore their arguments get {constant:g} points; the aim "
                    f"is at most {MAX_CONSTANT:g}")  # fmt: skip
        self.expect(probed <= MAX_PROBED, f"tests with probes give {probed:g} points; the aim is at most "
                    f"{MAX_PROBED:g}")  # fmt: skip
        self.expect(self.killed_share >= MIN_KILLED, f"the tests notice {self.killed_share:.0%} of the mutants; the "
                    f"aim is {MIN_KILLED:.0%}")  # fmt: skip
        wrong, others = self.total("misdiagnosed"), self.total("others")
        self.expect(wrong <= MAX_MISDIAGNOSED * others, f"{wrong} of {others} other answers are taken for a "
                    f"misconception; the aim is at most {MAX_MISDIAGNOSED:.0%}")  # fmt: skip

    def total(self, name: str) -> Any:
        """The sum over the exercises of one of their numbers."""
        return sum(getattr(exercise, name) for exercise in self.exercises)

    @property
    def seen_share(self) -> float:
        """The share of the misconceptions that a visible test notices."""
        return _share(self.total("seen"), self.total("misconceptions"))

    @property
    def killed_share(self) -> float:
        """The share of the mutants that are noticed, of those that are not equivalent."""
        return _share(self.total("killed"), self.total("mutants") - self.total("equivalent"))

    @property
    def diagnosed_share(self) -> float:
        """The share of the misconceptions that a judge names."""
        return _share(self.total("diagnosed"), self.total("misconceptions"))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> LabAudit:
        return cls(**{**data, "exercises": [ExerciseAudit(**each) for each in data["exercises"]]})


def processor_time() -> float:
    """The processor seconds of this process and its children that have ended."""
    return sum(os.times()[:4])


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0
