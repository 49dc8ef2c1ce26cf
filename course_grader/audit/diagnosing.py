"""Measures diagnoses: each misconception should get its own, and any other answer none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from course_grader.audit.behaviours import KnownMistakes, Recording, behaves_like, record, right_answers
from course_grader.audit.check import InProcess
from course_grader.audit.variants import Kind, Variant
from course_utils.remote.recorder import Traces
from course_utils.testing.diagnosis import Mistake, diagnose

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
        self._codes = {(each.exercise, each.name): each.code for each in variants if each.kind is Kind.MISCONCEPTION}

    def of(self, exercise: str, answers: Sequence[dict[str, str]]) -> list[Diagnosed]:
        return [self._of(exercise, each) for each in record(self._judge, exercise, answers)]

    def _of(self, exercise: str, recording: Recording) -> Diagnosed:
        return Diagnosed(
            _names(recording.traces, self._known.judge.get(exercise, [])),
            _names(recording.notebook, self._known.notebook.get(exercise, [])),
        )

    def is_the_same(self, exercise: str, answer: dict[str, str], names: Sequence[str]) -> bool:
        """Whether the answer behaves like one of these misconceptions on other inputs, too: it makes this mistake."""
        codes = [{exercise: self._codes[exercise, name]} for name in names]
        right = record(self._judge, exercise, right_answers(self._variants, exercise), OTHER_SEED)
        mine, *theirs = record(self._judge, exercise, [answer, *codes], OTHER_SEED)
        return any(behaves_like([one.traces for one in right], each.traces, mine.traces) for each in theirs)


def _names(traces: Traces, known: Sequence[Mistake]) -> list[str]:
    return [mistake.name for mistake in diagnose(traces, known)]
