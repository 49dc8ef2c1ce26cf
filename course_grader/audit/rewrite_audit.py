"""Tries rewrites of a right answer: which of them do the tests refuse?"""

from __future__ import annotations

from collections.abc import Sequence

from course_grader.audit.check import InProcess
from course_grader.audit.in_child import in_child
from course_grader.audit.judged_answers import judge_answers
from course_grader.audit.observed_types import observe
from course_grader.audit.rewrites import Rewrite, parts_of, rewrites_of

LIMIT_SECONDS = 300.0  # for the tests over an instrumented answer, which is slower, and for its rewrites


def refused_rewrites_of(judge: InProcess, exercise: str, source: str) -> tuple[int, list[Rewrite]]:
    """How many rewrites of this right answer were tried, and those that lose points, each with one change if possible.

    Rules change all places at once; only where that loses points is each place tried for itself. Raises ChildEnded if
    the rewrites could not be made.
    """

    def made() -> list[list[list[str]]]:
        seen = observe(judge, exercise, source)
        found = rewrites_of(source, seen)
        return [[_plain(each), *map(_plain, parts_of(source, seen, each.rule))] for each in found]

    groups = [[Rewrite(*each) for each in group] for group in in_child(made, LIMIT_SECONDS)]
    refused: list[Rewrite] = []
    for whole, *parts in _refused(judge, exercise, groups):
        refused += [each for [each] in _refused(judge, exercise, [[part] for part in parts])] or [whole]
    return len(groups), refused


def _refused(judge: InProcess, exercise: str, groups: Sequence[list[Rewrite]]) -> list[list[Rewrite]]:
    """The groups whose first rewrite loses points."""
    answers = judge_answers(judge, exercise, [{exercise: first.code} for first, *_ in groups])
    return [group for group, answer in zip(groups, answers, strict=True) if not answer.ended or answer.lost]


def _plain(rewrite: Rewrite) -> list[str]:
    return [rewrite.rule, rewrite.line, rewrite.code, rewrite.diff]
