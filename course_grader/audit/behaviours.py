"""What each misconception of a lab returns in the tests: what an answer is compared with to diagnose it."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from course_grader.audit.check import InProcess
from course_grader.audit.in_child import ChildEnded, in_child
from course_grader.audit.variants import FOLDER, Kind, Variant, load_variants
from course_grader.judge.reference import ReferenceSource
from course_grader.judge.session import DIAGNOSIS_SEED
from course_grader.notebooks import Lab, is_judged_cell
from course_utils.remote.recorder import Recorder, Traces, traces_from_json, traces_to_json
from course_utils.testing.case import session
from course_utils.testing.diagnosis import ENOUGH, Mistake
from course_utils.testing.signs import compare, signs_of

LIMIT_SECONDS = 60.0  # for the tests of one exercise
SECONDS_PER_ANSWER = 5.0  # more for each further answer
_FORMAT = 2  # of the fingerprints

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


@dataclass
class Recording:
    """The calls in an exercise's tests, which go on after failed assertions."""

    traces: Traces

    @property
    def notebook(self) -> Traces:
        """The calls of visible tests only, as in a student's notebook."""
        return {test: calls for test, calls in self.traces.items() if not test.startswith("Hidden")}


def record(
    judge: InProcess, exercise: str, answers: Sequence[dict[str, str]], seed: int = DIAGNOSIS_SEED
) -> list[Recording]:
    """What the tests of an exercise ask of each of these answers, and what they get; empty for one that does not end.

    answers: the sources of some solution cells, by exercise. Runs in a child process.
    """

    def run() -> list[Any]:
        session.seed, session.goes_on = seed, True
        recorders = [Recorder(varied=True) for _ in answers]
        for answer, recorder in zip(answers, recorders, strict=True):
            judge.outcomes(answer, [exercise], recorder)
        return [traces_to_json(recorder.traces) for recorder in recorders]

    limit = LIMIT_SECONDS + SECONDS_PER_ANSWER * len(answers)
    try:
        return [Recording(traces_from_json(traces)) for traces in in_child(run, limit)]
    except ChildEnded:
        if len(answers) == 1:
            return [Recording({})]
        return [recording for answer in answers for recording in record(judge, exercise, [answer], seed)]


def mistakes_of(lab: Lab, judge: InProcess | None = None) -> KnownMistakes:
    """The misconceptions of a lab that its tests show clearly enough, with their behaviour."""
    judge = judge or InProcess(lab.reference())
    found = KnownMistakes(returns=returns_of(judge))
    variants = load_variants(lab)
    for exercise in judge.tests:
        right = record(judge, exercise, right_answers(variants, exercise))
        own = [each for each in variants if each.exercise == exercise and each.kind is Kind.MISCONCEPTION]
        pairs = list(zip(own, record(judge, exercise, [{exercise: each.code} for each in own]), strict=True))
        judged, told = [each.traces for each in right], [each.notebook for each in right]
        found.judge[exercise] = _clear(judged, [(variant, each.traces) for variant, each in pairs])
        found.notebook[exercise] = _clear(told, [(variant, each.notebook) for variant, each in pairs])
    return found


def right_answers(variants: Sequence[Variant], exercise: str) -> list[dict[str, str]]:
    """The reference and the alternatives, as sources of solution cells: where they differ, nothing is a mistake."""
    own = [each for each in variants if each.exercise == exercise and each.kind is Kind.ALTERNATIVE]
    return [{}, *({exercise: variant.code} for variant in own)]


def _clear(right: Sequence[Traces], wrong: list[tuple[Variant, Traces]]) -> list[Mistake]:
    """The mistakes that the tests show clearly enough."""
    pairs = [(Mistake(each.name, each.explanation, signs_of(right, traces)), traces) for each, traces in wrong]
    return [mistake for mistake, traces in pairs if mistake.evidence_in(traces) >= ENOUGH]


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
    docstring = " ".join((function.__doc__ or "").split())
    if len(kinds) == 1 and (count := re.match(r"a tuple of (\d+)", kinds[0])):
        return _named_parts(docstring, int(count[1])) or kinds[0]
    return _tensor_in_words(docstring) if kinds == ["a tensor"] else " or ".join(kinds)


def _tensor_in_words(docstring: str) -> str:
    """For example "a bool tensor of shape (N, A)"; "a scalar tensor"; "a tensor" where the docstring does not say."""
    if "scalar tensor" in docstring:
        return "a scalar tensor"
    found = re.search(r"-> (bool |integer )?(?:tensor )?(\([^()]*\))", docstring)
    found = found or re.search(r"\b(bool )?tensor (\([^()]*\))", docstring)
    return f"a {found[1] or ''}tensor of shape {found[2]}" if found else "a tensor"


def _named_parts(docstring: str, count: int) -> str:
    """For example "a tuple (scores, indices)", from "-> (scores (N, k), indices (N, k) int64)"."""
    names = r"\(([A-Za-z]\w*" + r", [A-Za-z]\w*" * (count - 1) + r")\)"
    without_shapes = re.sub(r"(\w+) \([^()]*\)( u?int\d+| bool| float\d+)?", r"\1", docstring)
    found = re.search(r"(?:Return|->|tuple|tensors) " + names, docstring) or re.search(names, without_shapes)
    return f"a tuple ({found[1]})" if found else ""


def behaves_like(right: Sequence[Traces], mistake: Traces, answer: Traces) -> bool:
    """Whether an answer does what this mistake does in all calls, of which enough are not right."""
    found = compare(signs_of(right, mistake), answer)
    told = sum(each.telling.evidence + each.free.evidence for each in found)
    return told >= ENOUGH and not any(each.telling.differ or each.same.differ for each in found)


def behaviour_hash(lab: Lab) -> str:
    """A hash that changes with the cells that tests depend on, and with the variants."""
    notebook = lab.reference()
    source, tests = ReferenceSource.of(notebook), [cell.source for cell in notebook.cells if is_judged_cell(cell)]
    files = [path.read_text(encoding="utf-8") for path in sorted((lab.source_folder / FOLDER).glob("*.py"))]
    cells = [text for _, text in source.cells]
    return hashlib.sha256(json.dumps([_FORMAT, cells, tests, files]).encode()).hexdigest()[:16]
