"""What each misconception of a lab returns in the tests: what an answer is compared with to diagnose it."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from course_grader.audit.check import InProcess
from course_grader.audit.in_child import in_child
from course_grader.audit.judged_answers import LIMIT_SECONDS, JudgedAnswer, judge_answers
from course_grader.audit.known_mistakes import KnownMistakes, Returns
from course_grader.audit.variants import FOLDER, Kind, Variant, load_variants
from course_grader.judge.reference import ReferenceSource
from course_grader.notebooks import Lab, is_judged_cell
from course_utils.remote.mistakes import ENOUGH, Mistake
from course_utils.remote.recorder import Recorder
from course_utils.remote.traces import Call, Traces

_FORMAT = 1  # of the fingerprints


def mistakes_of(lab: Lab, judge: InProcess | None = None, processes: int = 1) -> KnownMistakes:
    """The misconceptions of a lab that its tests show clearly enough, with their behaviour.

    processes: exercises to record at once, each in a process of its own.
    """
    judge = judge or InProcess(lab.reference())
    wrong = [variant for variant in load_variants(lab) if variant.kind is Kind.MISCONCEPTION]
    by_exercise = {name: [variant for variant in wrong if variant.exercise == name] for name in judge.tests}

    def judged(exercise: str) -> list[JudgedAnswer]:
        return judge_answers(judge, exercise, [{}, *({exercise: variant.code} for variant in by_exercise[exercise])])

    with ThreadPoolExecutor(processes) as executor:  # its threads only wait for the processes
        returns = executor.submit(returns_of, judge)
        longest_first = reversed(by_exercise)  # the last exercises train
        answers = {name: executor.submit(judged, name) for name in longest_first}
    found = KnownMistakes(returns=returns.result())
    for exercise, variants in by_exercise.items():
        right, *others = answers[exercise].result()
        add_mistakes(found, exercise, right, list(zip(variants, others, strict=True)))
    return found


def add_mistakes(
    known: KnownMistakes, exercise: str, right: JudgedAnswer, wrong: Sequence[tuple[Variant, JudgedAnswer]]
) -> None:
    """Add the misconceptions of an exercise that its tests show clearly enough, of these."""
    judged = [(variant, each.traces) for variant, each in wrong]
    known.judge[exercise] = _clear(right.traces, judged, error=ENOUGH)  # hidden tests try several inputs
    known.notebook[exercise] = _clear(right.notebook, [(variant, each.notebook) for variant, each in wrong])


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
