"""What shows a mistake: the calls in which its outcome is not the right one, and how an answer's calls compare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from course_utils.remote.fingerprints import Fingerprint
from course_utils.remote.recorder import VARIED, Call, Traces, error_hash

# How a mistake's outcome differs from the right one.
SAME, VALUES, KINDS, TYPES, REFUSAL = "", "values", "kinds", "types", "refusal"
_ERRORS = {error_hash(name) for name in ("ValueError", "IndexError")}  # that exercises ask for


@dataclass
class Sign:
    """A call of a mistake. differs: how its outcome is not the right one; REFUSAL: where a right answer raises an error.

    detail: a hash that must be equal, too: of the kinds or types, of an error's text, or of the right error.
    """

    request: Fingerprint
    outcome: Fingerprint
    differs: str = SAME
    detail: str = ""
    evidence: int = 0

    def to_json(self) -> list[Any]:
        rest = [self.differs, self.detail, self.evidence] if self.differs else []
        return [self.request.to_json(), self.outcome.to_json(), *rest]

    @classmethod
    def from_json(cls, data: list[Any]) -> Sign:
        return cls(Fingerprint.from_json(data[0]), Fingerprint.from_json(data[1]), *data[2:])

    def evidence_of(self, call: Call) -> int | None:
        """How much this call of an answer speaks for the mistake; None if it speaks against it."""
        same = self.outcome.agrees(call.outcome)
        if self.differs == REFUSAL:
            return self._refusal(call, same)
        if not same or (self.differs == KINDS and call.kinds != self.detail):
            return None
        if self.differs == TYPES and call.types != self.detail:
            return None
        if self.differs == VALUES and call.text != self.detail:
            return 1  # errors of one type may have different causes
        return self.evidence

    def _refusal(self, call: Call, same: bool) -> int | None:
        """It counts that the answer does not refuse the input, and less what it does instead."""
        if call.error == self.detail or bool(call.error) != (self.evidence < 0):
            return None
        return abs(self.evidence) if same else 1


def signs_of(right: Sequence[Traces], wrong: Traces) -> dict[str, list[Sign]]:
    """What the calls of a mistake show, given those of right answers, the reference's first.

    A call in which right answers differ shows nothing.
    """
    found = {}
    for test, calls in wrong.items():
        known = [_Requests(traces.get(test, [])) for traces in right]
        taken = [([each.take(call.request) for each in known], call) for call in calls]
        clear = [(rights[0], call) for rights, call in taken if _agree(rights)]
        found[test] = [sign for pair in clear if (sign := _sign(*pair, test.endswith(VARIED))) is not None]
    return found


def _agree(calls: list[Call | None]) -> bool:
    first, *others = calls
    if first is None:
        return not any(others)
    return all(other is not None and first.outcome.agrees(other.outcome) for other in others)


def _sign(right: Call | None, call: Call, varied: bool) -> Sign | None:
    if right is None:  # after a difference, a test may ask for something else
        return None if varied else Sign(call.request, call.outcome, VALUES, call.text, call.evidence)
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

    def take(self, request: Fingerprint) -> Call | None:
        """The first call with this request that was not taken yet."""
        calls = self._calls.get(request.form, [])
        found = next((place for place, call in enumerate(calls) if call.request.agrees(request)), None)
        return None if found is None else calls.pop(found)


@dataclass
class Likeness:
    """How an answer's calls compare with a mistake's. telling: those in which the mistake is not right.

    evidence: of the telling calls that agree. told, against: how many telling calls agree, and how many do not.
    same, other: how many calls agree, and how many do not, where the mistake does what is right. missing: telling
    calls that the answer was not asked for.
    """

    evidence: int = 0
    told: int = 0
    against: int = 0
    same: int = 0
    other: int = 0
    missing: int = 0

    def add(self, sign: Sign, call: Call | None) -> None:
        evidence = None if call is None else sign.evidence_of(call)
        if call is None:
            self.missing += bool(sign.differs)
        elif not sign.differs:
            self.same, self.other = self.same + (evidence is not None), self.other + (evidence is None)
        elif evidence is None:
            self.against += 1
        else:
            self.told, self.evidence = self.told + 1, self.evidence + evidence


def compare(signs: dict[str, list[Sign]], traces: Traces) -> tuple[Likeness, Likeness]:
    """How an answer compares with a mistake in a test's own calls, and in those with other arguments."""
    own, varied = Likeness(), Likeness()
    for test, known in signs.items():
        calls = _Requests(traces.get(test, []))
        for sign in known:
            (varied if test.endswith(VARIED) else own).add(sign, calls.take(sign.request))
    return own, varied
