"""What each misconception of a lab returns in the tests: what an answer is compared with to diagnose it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from course_grader.audit.check import InProcess
from course_grader.audit.in_child import in_child
from course_grader.audit.judged_answers import LIMIT_SECONDS, JudgedAnswer, judge_answers
from course_grader.audit.known_mistakes import KnownMistakes, Returns
from course_grader.audit.variants import Kind, Variant, load_variants
from course_grader.errors import CourseError
from course_grader.notebooks import Lab
from course_utils.remote.mistakes import ENOUGH, Mistake
from course_utils.remote.recorder import Recorder
from course_utils.remote.signs import compare, signs_of
from course_utils.remote.traces import Traces

_FORWARD = ".forward"  # after a class's name: what its modules return


def mistakes_of(lab: Lab, judge: InProcess | None = None, processes: int = 1) -> KnownMistakes:
    """The misconceptions of a lab that its tests show clearly enough, with their behaviour.

    processes: exercises to record at once, each in a process of its own. Raises CourseError if the reference's tests do
    not end: beside a reference that does nothing, every answer would look wrong.
    """
    judge = judge or InProcess(lab.reference())
    variants = load_variants(lab)

    def judged(exercise: str) -> tuple[list[JudgedAnswer], list[tuple[Variant, JudgedAnswer]]]:
        right = right_answers(variants, exercise)
        wrong = [each for each in variants if each.exercise == exercise and each.kind is Kind.MISCONCEPTION]
        answers = judge_answers(judge, exercise, [*right, *({exercise: variant.code} for variant in wrong)])
        if not answers[0].ended:
            raise CourseError(f"{exercise}: the tests of the reference do not end")
        ended = [answer for answer in answers[: len(right)] if answer.ended]
        return ended, list(zip(wrong, answers[len(right) :], strict=True))

    with ThreadPoolExecutor(processes) as executor:  # its threads only wait for the processes
        returns = executor.submit(returns_of, judge)
        longest_first = reversed(judge.tests)  # the last exercises train
        answers = {name: executor.submit(judged, name) for name in longest_first}
    found = KnownMistakes(returns=returns.result())
    for exercise in judge.tests:
        right, wrong = answers[exercise].result()
        found.without_end += [variant.label for variant, answer in wrong if not answer.ended]
        add_mistakes(found, exercise, right, [pair for pair in wrong if pair[1].ended])
    return found


def right_answers(variants: Sequence[Variant], exercise: str) -> list[dict[str, str]]:
    """The reference and the alternatives, as sources of solution cells: where they differ, nothing is a mistake."""
    own = [each for each in variants if each.exercise == exercise and each.kind is Kind.ALTERNATIVE]
    return [{}, *({exercise: variant.code} for variant in own)]


def add_mistakes(
    known: KnownMistakes,
    exercise: str,
    right: Sequence[JudgedAnswer],
    wrong: Sequence[tuple[Variant, JudgedAnswer]],
) -> None:
    """Add those misconceptions of an exercise that its tests show clearly enough.

    right: what the reference does, and then the alternatives.
    """
    known.judge[exercise] = _clear([each.traces for each in right], [(one, each.traces) for one, each in wrong])
    known.notebook[exercise] = _clear([each.notebook for each in right], [(one, each.notebook) for one, each in wrong])


def _clear(right: Sequence[Traces], wrong: list[tuple[Variant, Traces]]) -> list[Mistake]:
    """The mistakes that the tests show clearly enough."""
    pairs = [(Mistake(each.name, each.explanation, signs_of(right, traces)), traces) for each, traces in wrong]
    return [mistake for mistake, traces in pairs if mistake.evidence_in(traces) >= ENOUGH]


def returns_of(judge: InProcess) -> Returns:
    """What the reference's functions return in their tests."""

    def run() -> dict[str, list[str]]:
        recorder = Recorder()
        judge.outcomes({}, recorder=recorder)
        found = recorder.returned.items()
        return {name: sorted(kinds) for name, kinds in found if name.removesuffix(_FORWARD) in judge.tests}

    found = {name: _merged(kinds) for name, kinds in in_child(run, LIMIT_SECONDS).items()}
    return {name: (_in_words(kinds, *_described(judge, name)), kinds) for name, kinds in found.items()}


def _described(judge: InProcess, name: str) -> tuple[Any, str]:
    """A function or class, or a class's `forward`, and its docstring; that of the class where forward has none."""
    answer = judge.answer(name.removesuffix(_FORWARD))
    described = answer.forward if name.endswith(_FORWARD) else answer
    return described, " ".join((described.__doc__ or answer.__doc__ or "").split())


def _merged(kinds: list[str]) -> list[str]:
    """The kinds of one function's values; without details that differ."""
    kinds = [kind for kind in kinds if "empty" not in kind] or kinds
    return kinds if len(kinds) == 1 else sorted({" ".join(kind.split()[:2]) for kind in kinds})


def _in_words(kinds: list[str], function: Any, docstring: str) -> str:
    """What a function returns, with the names that its docstring gives to the parts of a tuple."""
    if inspect.isgeneratorfunction(function):  # its values arrive as a list
        kinds = [kind.replace("a list", "an iterator", 1) for kind in kinds]
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
    found = re.search(r"(?:[Rr]eturn|->|tuple|tensors) " + names, docstring) or re.search(names, without_shapes)
    return f"a tuple ({found[1]})" if found else ""


def behaves_like(right: Sequence[Traces], mistake: Traces, answer: Traces) -> bool:
    """Whether an answer does what this mistake does in each call that shows the mistake, and these are enough.

    What it does in other calls does not matter: an answer may make a second mistake, and the first is still there.
    """
    found = compare(signs_of(right, mistake), answer)
    told = sum(each.telling.evidence + each.free.evidence for each in found)
    return told >= ENOUGH and not any(each.telling.differ for each in found)
