"""What each misconception of a lab returns in the tests: what an answer is compared with to diagnose it."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any

from course_grader.audit.check import InProcess
from course_grader.audit.in_child import in_child
from course_grader.audit.judged_answers import LIMIT_SECONDS, JudgedAnswer, judge_answers
from course_grader.audit.variants import FOLDER, Kind, Variant, load_variants
from course_grader.judge.reference import ReferenceSource
from course_grader.notebooks import Lab, is_judged_cell
from course_utils.remote.recorder import Call, Recorder, Traces
from course_utils.testing.diagnosis import ENOUGH, Mistake

_FORMAT = 1  # of the fingerprints

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

    def add(self, exercise: str, right: JudgedAnswer, wrong: list[tuple[Variant, JudgedAnswer]]) -> None:
        """The misconceptions of an exercise that its tests show clearly enough, of these."""
        judged = [(variant, each.traces) for variant, each in wrong]
        self.judge[exercise] = _clear(right.traces, judged, error=ENOUGH)  # hidden tests try several inputs
        self.notebook[exercise] = _clear(right.notebook, [(variant, each.notebook) for variant, each in wrong])

    def to_json(self) -> dict[str, Any]:
        return {"judge": _to_json(self.judge), "notebook": _to_json(self.notebook), "returns": self.returns}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> KnownMistakes:
        return cls(_from_json(data["judge"]), _from_json(data["notebook"]), data["returns"])


def _to_json(mistakes: Mistakes) -> dict[str, Any]:
    return {exercise: [mistake.to_json() for mistake in known] for exercise, known in mistakes.items()}


def _from_json(data: dict[str, Any]) -> Mistakes:
    return {exercise: [Mistake.from_json(entry) for entry in known] for exercise, known in data.items()}


def mistakes_of(lab: Lab, judge: InProcess | None = None) -> KnownMistakes:
    """The misconceptions of a lab that its tests show clearly enough, with their behaviour."""
    judge = judge or InProcess(lab.reference())
    found = KnownMistakes(returns=returns_of(judge))
    wrong = [variant for variant in load_variants(lab) if variant.kind is Kind.MISCONCEPTION]
    for exercise in judge.tests:
        own = [variant for variant in wrong if variant.exercise == exercise]
        right, *judged = judge_answers(judge, exercise, [{}, *({exercise: variant.code} for variant in own)])
        found.add(exercise, right, list(zip(own, judged, strict=True)))
    return found


def _clear(right: Traces, wrong: list[tuple[Variant, Traces]], error: int | None = None) -> list[Mistake]:
    """The mistakes that the tests show clearly enough."""
    all_of_them = [Mistake(each.name, each.explanation, against(right, traces, error)) for each, traces in wrong]
    return [mistake for mistake in all_of_them if mistake.evidence_in(mistake.traces) >= ENOUGH]


def returns_of(judge: InProcess) -> Returns:
    """What the reference's functions return in their tests."""

    def run() -> dict[str, list[str]]:
        recorder = Recorder()
        judge.outcomes({}, recorder=recorder)
        return {name: sorted(kinds) for name, kinds in recorder.returned.items() if name in judge.tests}

    found = {name: _merged(kinds) for name, kinds in in_child(run, LIMIT_SECONDS).items()}
    return {name: (_in_words(kinds, judge.answer(name)), kinds) for name, kinds in found.items()}


def _merged(kinds: list[str]) -> list[str]:
    """The kinds of one function's values; without details that differ."""
    kinds = [kind for kind in kinds if "empty" not in kind] or kinds
    return kinds if len(kinds) == 1 else sorted({" ".join(kind.split()[:2]) for kind in kinds})


def _in_words(kinds: list[str], function: Any) -> str:
    """What a function returns, with the names that its docstring gives to the parts of a tuple."""
    if inspect.isgeneratorfunction(function):  # its values arrive as a list
        kinds = [kind.replace("a list", "an iterator", 1) for kind in kinds]
    if len(kinds) == 1 and (count := re.match(r"a tuple of (\d+)", kinds[0])):
        return _named_parts(" ".join((function.__doc__ or "").split()), int(count[1])) or kinds[0]
    return " or ".join(kinds)


def _named_parts(docstring: str, count: int) -> str:
    """For example "a tuple (scores, indices)", from "-> (scores (N, k), indices (N, k) int64)"."""
    names = r"\(([A-Za-z]\w*" + r", [A-Za-z]\w*" * (count - 1) + r")\)"
    without_shapes = re.sub(r"(\w+) \([^()]*\)( u?int\d+| bool| float\d+)?", r"\1", docstring)
    found = re.search(r"(?:Return|->|tuple|tensors) " + names, docstring) or re.search(names, without_shapes)
    return f"a tuple ({found[1]})" if found else ""


def against(right: Traces, traces: Traces, error: int | None = None) -> Traces:
    """The traces, with no evidence in the calls that a right answer has too.

    error: the evidence of a value in place of an error, or of an error in place of a value.
    """
    return {
        test: [_against(known, call, error) for known, call in zip_longest(right.get(test, [])[: len(calls)], calls)]
        for test, calls in traces.items()
    }


def _against(known: Call | None, call: Call, error: int | None) -> Call:
    if known is None:
        return call
    if known.agrees(call):
        return replace(call, evidence=0)
    return replace(call, evidence=error) if error and bool(known.text) != bool(call.text) else call


def behaviour_hash(lab: Lab) -> str:
    """A hash that changes with the cells that tests depend on, and with the variants."""
    notebook = lab.reference()
    source, tests = ReferenceSource.of(notebook), [cell.source for cell in notebook.cells if is_judged_cell(cell)]
    files = [path.read_text(encoding="utf-8") for path in sorted((lab.source_folder / FOLDER).glob("*.py"))]
    cells = [text for _, text in source.cells]
    return hashlib.sha256(json.dumps([_FORMAT, cells, tests, files]).encode()).hexdigest()[:16]
