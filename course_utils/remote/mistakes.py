"""Which known mistake an answer behaves like: its recorded calls, compared with those of a lab's misconceptions.

Needs no PyTorch.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from course_utils.lines import filled
from course_utils.remote.signs import Likeness, Sign, Tally, compare
from course_utils.remote.traces import Call, Traces

ENOUGH = 4  # evidence that a diagnosis needs: a single number could be a coincidence
# The share of calls that may differ, in a test and with other arguments: no two answers treat every odd input alike.
TESTED, VARIED = 0.15, 0.2
INDENT = " " * 6  # of an explanation
SEVERAL = 3  # requests: with one value for all of them, an answer ignores its input
MOST_NAMED = 2  # of mistakes that the tests cannot tell apart

Signs = dict[str, list[Sign]]  # of each test


@dataclass(frozen=True)
class Mistake:
    """A known mistake: what students read about it, and what shows it in the tests."""

    name: str
    explanation: str
    signs: Signs

    def to_json(self) -> dict[str, Any]:
        tests = {test: [sign.to_json() for sign in signs] for test, signs in self.signs.items()}
        return {"name": self.name, "explanation": self.explanation, "tests": tests}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Mistake:
        signs = {test: [Sign.from_json(sign) for sign in signs] for test, signs in data["tests"].items()}
        return cls(data.get("name", ""), data["explanation"], signs)

    def evidence_in(self, traces: Traces) -> int:
        """How much speaks for this mistake; 0 if too much speaks against it."""
        tested, varied = compare(self.signs, traces)
        telling = tested.telling + varied.telling
        if telling.evidence < ENOUGH:  # what right answers do in different ways counts only where nothing else does
            tested, varied = _with_free(tested), _with_free(varied)
        likely = _mostly(tested.telling, TESTED) and _mostly(tested.same, TESTED)
        likely = likely and bool(tested.telling.agree or not tested.telling.differ)
        likely = likely and _mostly(varied.telling, VARIED) and _mostly(varied.same, VARIED)
        # Check the exercise's own calls separately: set-up calls may outnumber them.
        likely = likely and _mostly(tested.own, TESTED) and _mostly(varied.own, VARIED)
        telling = tested.telling + varied.telling
        likely = likely and telling.agree > telling.other  # not only that it refuses nothing
        return telling.evidence if likely else 0

    def differences(self, traces: Traces) -> int:
        """In how many calls the answer does something else than this mistake."""
        found = compare(self.signs, traces)
        return sum(each.telling.differ + each.telling.other + each.same.differ for each in found)


def _with_free(likeness: Likeness) -> Likeness:
    return Likeness(likeness.telling + likeness.free, likeness.free, likeness.same, likeness.own)


def _mostly(calls: Tally, share: float) -> bool:
    return calls.differ <= share * (calls.agree + calls.differ)


def diagnose(traces: Traces, mistakes: Iterable[Mistake]) -> list[Mistake]:
    """The mistake that these calls show; several where the tests cannot tell them apart, none where too many fit.

    Empty for an answer that always returns the same value: that identifies no particular mistake. Where only the
    exercise's function does, other calls may show an effect: such an answer must do all that the mistake does.
    """
    calls = [call for calls in traces.values() for call in calls]
    if _is_constant(calls) and not any(call.error for call in calls):
        return []
    exactly = _is_constant([call for call in calls if call.own])
    found = [(mistake, mistake.evidence_in(traces), mistake.differences(traces)) for mistake in mistakes]
    found = [each for each in found if each[1] >= ENOUGH and not (exactly and each[2])]
    fewest = min((differences for *_, differences in found), default=0)
    for slack in (1, 0) if fewest else (0,):  # what differs in one call more may still be it, where none does the same
        likely = [each for each in found if each[2] <= fewest + slack]
        if len(likely) <= MOST_NAMED:
            return [mistake for mistake, *_ in likely]
    # All do the same, but errors of one type may have different texts.
    most = max(evidence for _, evidence, _ in likely)
    best = [mistake for mistake, evidence, _ in likely if evidence == most]
    return best if len(best) <= MOST_NAMED else []


def _is_constant(calls: Sequence[Call]) -> bool:
    """Whether several different requests had one outcome."""
    asked = {str(call.request.to_json()) for call in calls}
    outcomes = {str(call.outcome.to_json()) for call in calls}
    return len(asked) >= SEVERAL and len(outcomes) == 1


def packed(mistakes: Sequence[Mistake]) -> dict[str, list[Any]]:
    """The mistakes of an exercise as plain data, without their names: most of them share most fingerprints."""
    places: dict[str, int] = {}  # of each fingerprint, as JSON

    def place(fingerprint: Any) -> int:
        return places.setdefault(json.dumps(fingerprint), len(places))

    known = []
    for mistake in mistakes:
        tests = mistake.to_json()["tests"]
        signs = {test: [[*map(place, sign[:2]), *sign[2:]] for sign in each] for test, each in tests.items()}
        known.append({"explanation": mistake.explanation, "tests": signs})
    return {"fingerprints": [json.loads(text) for text in places], "known": known}


def unpacked(exercise: dict[str, list[Any]]) -> list[Mistake]:
    """The mistakes that `packed` made this of; their names are empty."""
    prints = exercise["fingerprints"]
    found = []
    for entry in exercise["known"]:
        signs = {
            test: [[prints[sign[0]], prints[sign[1]], *sign[2:]] for sign in each]
            for test, each in entry["tests"].items()
        }
        found.append(Mistake.from_json({**entry, "tests": signs}))
    return found


def advice(explanations: Sequence[str]) -> str:
    """What a student reads below the tests' results; empty without a diagnosis."""
    if not explanations:
        return ""
    which = "this known mistake" if len(explanations) == 1 else "one of these known mistakes"
    return "\n".join([f"  Your answer behaves like {which}:", *(filled(text, INDENT) for text in explanations)])
