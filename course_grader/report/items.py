"""Item statistics: how a class did on each exercise, and which test failed most often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from course_grader.results import GradedSubmission


@dataclass(frozen=True)
class Item:
    """One exercise over a class. Shares are between 0 and 1; only submissions that could be run count."""

    exercise: str
    max: float
    submissions: int
    mean: float  # points
    full_share: float
    zero_share: float
    hardest_test: str  # its title; empty if nobody failed a test
    hardest_failed: int


@dataclass(frozen=True)
class SharedMistake:
    """A misconception that several answers to an exercise behave like, and how many."""

    exercise: str
    name: str
    explanation: str
    students: int


def shared_mistakes(results: Sequence[GradedSubmission]) -> list[SharedMistake]:
    """The misconceptions found in a class, the most frequent first."""
    found = Counter(
        (name, diagnosis)
        for result in results
        for name, exercise in result.exercises.items()
        for diagnosis in exercise.diagnoses
    )
    return [
        SharedMistake(exercise, diagnosis.name, diagnosis.explanation, count)
        for (exercise, diagnosis), count in found.most_common()
    ]


def gpu_problems(results: Sequence[GradedSubmission]) -> dict[str, int]:
    """For each exercise, how many answers passed their tests, but not with inputs on a GPU; the most frequent first."""
    found = Counter(
        name for result in results for name, exercise in result.exercises.items() if exercise.device_problem
    )
    return dict(found.most_common())


def exercises_of(results: Sequence[GradedSubmission]) -> dict[str, float]:
    """Each exercise's maximum, in the order of the submission with the most exercises."""
    orders = sorted(({name: e.max for name, e in result.exercises.items()} for result in results), key=len)
    merged = dict(orders[-1]) if orders else {}
    for order in orders:
        for name, maximum in order.items():
            merged.setdefault(name, maximum)
    return merged


def item_statistics(results: Sequence[GradedSubmission]) -> list[Item]:
    """One item per exercise. Submissions that could not be run are left out."""
    ran = [result for result in results if result.status != "failed"]
    return [_item(name, maximum, ran) for name, maximum in exercises_of(ran).items()]


def _item(name: str, maximum: float, results: Sequence[GradedSubmission]) -> Item:
    answers = [result.exercises[name] for result in results if name in result.exercises]
    earned = [answer.points for answer in answers]
    failed = Counter(test.title or test.name for a in answers for test in a.tests if test.status != "passed")
    hardest, count = failed.most_common(1)[0] if failed else ("", 0)
    return Item(
        exercise=name,
        max=maximum,
        submissions=len(earned),
        mean=sum(earned) / len(earned),
        full_share=sum(value >= maximum for value in earned) / len(earned),
        zero_share=sum(value <= 0 for value in earned) / len(earned),
        hardest_test=hardest,
        hardest_failed=count,
    )
