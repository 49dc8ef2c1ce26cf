"""Measures diagnoses: each misconception should get its own, and any other answer none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from course_grader.audit.behaviours import behaves_like, right_answers
from course_grader.audit.check import InProcess
from course_grader.audit.judged_answers import JudgedAnswer, judge_answers
from course_grader.audit.known_mistakes import KnownMistakes
from course_grader.audit.variants import Kind, Variant
from course_utils.remote.mistakes import Mistake, diagnose
from course_utils.remote.traces import Traces

OTHER_SEED = 1  # of inputs on which an answer must behave like the misconception, too


@dataclass
class Diagnosed:
    """What a judge and a notebook say about an answer: names of misconceptions."""

    judge: list[str] = field(default_factory=list)
    notebook: list[str] = field(default_factory=list)


class Diagnosing:
    """Diagnoses answers with a lab's known mistakes, in this process's children."""

    def __init__(self, judge: InProcess, known: KnownMistakes, variants: Sequence[Variant]):
        self._judge, self._known, self._variants = judge, known, variants
        self._right = cache(self._record_right)  # recorded once, however many answers are compared with it
        self._mistake = cache(self._record_mistake)
        self._codes = {(each.exercise, each.name): each.code for each in variants if each.kind is Kind.MISCONCEPTION}

    def of(self, exercise: str, answer: JudgedAnswer) -> Diagnosed:
        return Diagnosed(
            _names(answer.traces, self._known.judge.get(exercise, [])),
            _names(answer.notebook, self._known.notebook.get(exercise, [])),
        )

    def is_the_same(self, exercise: str, answer: dict[str, str], names: Sequence[str]) -> bool:
        """Whether the answer behaves like one of these misconceptions on other inputs, too: it makes this mistake."""
        (mine,) = judge_answers(self._judge, exercise, [answer], OTHER_SEED)
        return any(behaves_like(self._right(exercise), self._mistake(exercise, name), mine.traces) for name in names)

    def _record_right(self, exercise: str) -> list[Traces]:
        """What right answers do on the other inputs."""
        answers = right_answers(self._variants, exercise)
        return [each.traces for each in judge_answers(self._judge, exercise, answers, OTHER_SEED)]

    def _record_mistake(self, exercise: str, name: str) -> Traces:
        """What a misconception does on the other inputs."""
        (judged,) = judge_answers(self._judge, exercise, [{exercise: self._codes[exercise, name]}], OTHER_SEED)
        return judged.traces


def _names(traces: Traces, known: Sequence[Mistake]) -> list[str]:
    return [mistake.name for mistake in diagnose(traces, known)]
