"""What shows a mistake: the calls in which its outcome is not the right one, and how an answer's calls compare.

Needs no PyTorch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from course_utils.remote.traces import (
    KINDS,
    TYPES,
    UNREADABLE,
    VALUES,
    VARIED,
    Call,
    Traces,
    ValueFingerprint,
    error_hash,
)

# How a mistake's outcome differs from the right one: in its VALUES, KINDS or TYPES, or not at all, or ...
SAME, REFUSAL = "", "refusal"
FREE = "free"  # right answers differ from one another here, and the mistake from all of them
UNCLEAR = "?"  # it says nothing, but answers the same request as other calls do
_ERRORS = {error_hash(name) for name in ("ValueError", "IndexError")}  # that exercises ask for


@dataclass
class Sign:
    """A call of a mistake. differs: how its outcome is not the right one; REFUSAL: where right answers raise an error.

    detail: a hash that must be equal, too: of the kinds or types, of an error's text, or of the right error. Of a SAME
    outcome, it is that of the kinds or types if these show the mistake in other calls.
    """

    request: ValueFingerprint
    outcome: ValueFingerprint
    differs: str = SAME
    detail: str = ""
    evidence: int = 0

    def to_json(self) -> list[Any]:
        rest = [self.differs, self.detail, self.evidence] if self.differs or self.detail else []
        return [self.request.to_json(), self.outcome.to_json(), *rest]

    @classmethod
    def from_json(cls, data: list[Any]) -> Sign:
        return cls(ValueFingerprint.from_json(data[0]), ValueFingerprint.from_json(data[1]), *data[2:])

    def evidence_of(self, call: Call) -> int | None:
        """How much this call of an answer speaks for the mistake; None if it speaks against it."""
        same = self.outcome.agrees(call.outcome)
        if self.differs == REFUSAL:
            return self._refusal(call, same)
        if not same or (self.differs == KINDS and call.kinds != self.detail):
            return None
        if self.differs == TYPES and call.types != self.detail:
            return None
        if self.differs == SAME and self.detail not in ("", call.kinds, call.types):
            return None
        if self.differs == VALUES and call.text != self.detail:
            return 1  # errors of one type may have different causes
        return self.evidence

    def _refusal(self, call: Call, same: bool) -> int | None:
        """It counts that the answer does not refuse the input, and less what it does instead."""
        if call.error == self.detail or bool(call.error) != (self.evidence < 0):
            return None
        return abs(self.evidence) if same else 1


class _Compared(NamedTuple):
    """A call of a mistake, those of right answers with the same request, and what it shows."""

    sign: Sign
    call: Call
    right: Sequence[Call | None]


def signs_of(right: Sequence[Traces], wrong: Traces) -> dict[str, list[Sign]]:
    """What the calls of a mistake show, given those of right answers, the reference's first."""
    found = {test: list(_compared(test, calls, right)) for test, calls in wrong.items()}
    every = [each for calls in found.values() for each in calls]
    shown = {each.sign.differs for each in every}
    for closely in (KINDS, TYPES):
        for sign, call, known in every if closely in shown else ():
            if sign.differs == SAME:
                sign.detail = _common(call, known, closely) or sign.detail
    return {test: [each.sign for each in calls] for test, calls in found.items()}


def _compared(test: str, calls: Sequence[Call], right: Sequence[Traces]) -> Iterator[_Compared]:
    known = [_Requests(traces.get(test, [])) for traces in right]
    for call in calls:
        asked = [each.take(call.request) for each in known]
        sign = _sign(asked, call, test.endswith(VARIED))
        yield _Compared(sign or Sign(call.request, ValueFingerprint(UNREADABLE), UNCLEAR), call, asked)


def _common(call: Call, right: Sequence[Call | None], closely: str) -> str:
    """The hash of the kinds or types that a call shares with all right answers; empty if they differ."""
    mine = getattr(call, closely)
    return mine if all(each is None or getattr(each, closely) == mine for each in right) else ""


def _sign(right: Sequence[Call | None], call: Call, varied: bool) -> Sign | None:
    """What a call shows; None if it shows nothing."""
    first, asked = right[0], [each for each in right if each is not None]
    if first is None:  # after a difference, a test may ask for something else
        return None if varied or asked else Sign(call.request, call.outcome, VALUES, call.text, call.evidence)
    if len(asked) < len(right) or not all(first.outcome.agrees(other.outcome) for other in asked):
        # Right answers differ here, so it is no mistake to be like one of them, and to be like none is.
        alike = any(call.outcome.agrees(each.outcome) for each in asked) or bool(call.error)
        return None if alike else Sign(call.request, call.outcome, FREE, call.text, call.evidence)
    return _sign_of_one(first, call, varied)


def _sign_of_one(right: Call, call: Call, varied: bool) -> Sign | None:
    if right.error and right.error != call.error:
        if varied and right.error not in _ERRORS:
            return None  # a right answer is not made for this input
        return Sign(call.request, call.outcome, REFUSAL, right.error, -2 if call.error else max(2, call.evidence))
    if not right.outcome.agrees(call.outcome):
        evidence = 4 if call.error else call.evidence
        return Sign(call.request, call.outcome, VALUES, call.text, evidence)
    for differs, mine, theirs in ((KINDS, call.kinds, right.kinds), (TYPES, call.types, right.types)):
        if mine != theirs:
            return Sign(call.request, call.outcome, differs, mine, max(1, call.evidence))
    return None if right.error and varied else Sign(call.request, call.outcome)


class _Requests:
    """The calls of a test, found by what was asked; equal requests in their order."""

    def __init__(self, calls: Iterable[Call]):
        self._calls: dict[str, list[Call]] = defaultdict(list)
        for call in calls:
            self._calls[call.request.form].append(call)

    def take(self, request: ValueFingerprint) -> Call | None:
        """The first call with this request that was not taken yet."""
        calls = self._calls.get(request.form, [])
        found = next((place for place, call in enumerate(calls) if call.request.agrees(request)), None)
        return None if found is None else calls.pop(found)


@dataclass
class Tally:
    """Calls of one sort: how many agree, with how much evidence, and how many do not.

    A repeated value is not further evidence: a function may return it whatever it gets. other: how many agree, but have
    another outcome: like the mistake, the answer does not refuse the input, and does something else instead.
    """

    agree: int = 0
    differ: int = 0
    evidence: int = 0
    other: int = 0
    values: set[str] = field(default_factory=set)

    def add(self, sign: Sign, call: Call) -> None:
        evidence = sign.evidence_of(call)
        if evidence is None:
            self.differ += 1
            return
        value = str(call.outcome.to_json())
        self.agree += 1
        self.other += not (call.error or sign.outcome.agrees(call.outcome))
        self.evidence += evidence if call.error or value not in self.values else 0
        self.values.add(value)

    def __add__(self, other: Tally) -> Tally:
        counts = (self.agree + other.agree, self.differ + other.differ, self.evidence + other.evidence)
        return Tally(*counts, self.other + other.other, self.values | other.values)


@dataclass
class Likeness:
    """How an answer's calls compare with a mistake's.

    telling: the calls in which the mistake is not right. free: those in which right answers differ, too. same: those in
    which the mistake does what is right. own: of telling and same, those of the exercise's function.
    """

    telling: Tally = field(default_factory=Tally)
    free: Tally = field(default_factory=Tally)
    same: Tally = field(default_factory=Tally)
    own: Tally = field(default_factory=Tally)

    def add(self, sign: Sign, call: Call | None) -> None:
        if call is not None and sign.differs != UNCLEAR:
            tally = self.free if sign.differs == FREE else self.telling if sign.differs else self.same
            tally.add(sign, call)
            if call.own and sign.differs != FREE:
                self.own.add(sign, call)


def compare(signs: dict[str, list[Sign]], traces: Traces) -> tuple[Likeness, Likeness]:
    """How an answer compares with a mistake in the calls as tested, and in those with other arguments."""
    tested, varied = Likeness(), Likeness()
    for test, known in signs.items():
        calls = _Requests(traces.get(test, []))
        for sign in known:
            (varied if test.endswith(VARIED) else tested).add(sign, calls.take(sign.request))
    return tested, varied
