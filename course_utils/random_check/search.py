"""The search for a small input on which an answer and its specification differ."""

from __future__ import annotations

import inspect
import random
from dataclasses import dataclass
from typing import Any

import torch

from course_utils.lines import filled
from course_utils.random_check.input_kinds import Inapplicable
from course_utils.random_check.specification import Specification, find_specifications
from course_utils.remote.proxies import student
from course_utils.remote.student_errors import StudentError
from course_utils.runtime import current_lab
from course_utils.testing.case import is_untouched
from course_utils.testing.comparison import Difference, require_close, show

LARGEST = 4  # numbers along an axis: larger inputs show no more, and are hard to read
RTOL, ATOL = 1e-4, 1e-5


@dataclass(frozen=True)
class Failure:
    """An input on which the answer differs, and how."""

    arguments: dict[str, Any]
    message: str

    @property
    def size(self) -> int:
        """How many numbers the input has."""
        return sum(value.numel() for value in _tensors(self.arguments))


def check_random(exercise: str, tries: int = 200, seed: int = 0) -> bool:
    """Call the exercise on `tries` random inputs, print the smallest on which it is wrong; True if there is none.

    exercise: the name of a function of this lab. seed: other inputs for another seed. Points do not depend on it.
    Raises ValueError for an exercise that has no specification, or tries below 1.
    """
    if tries < 1:
        raise ValueError(f"expected at least 1 try, got {tries}")
    specification = _find(exercise)
    rng = random.Random(f"{exercise} {seed}")
    first = None
    for attempt in range(tries):
        largest = 1 + attempt * LARGEST // tries  # small inputs first
        first = _try(exercise, specification, largest, rng)
        if first is not None:
            break
    if first is None:
        print(f"{exercise}: {tries} random inputs give what the specification gives.")
        return True
    print(_report(exercise, _smallest(first, exercise, specification, tries, rng)))
    return False


def show_specification(exercise: str) -> None:
    """Print the code of the specification. Raises ValueError for an exercise that has none."""
    print(inspect.getsource(_find(exercise).function).rstrip())


def _find(exercise: str) -> Specification:
    known = find_specifications(current_lab())
    if exercise not in known:
        names = ", ".join(known) or "none"
        raise ValueError(
            f"expected an exercise of {current_lab()} that has a specification ({names}), got {exercise!r}: for the "
            "others, run their test cell"
        )
    return known[exercise]


def _try(exercise: str, specification: Specification, largest: int, rng: random.Random) -> Failure | None:
    sizes = {axis: rng.randint(1, largest) for axis in specification.axes}
    arguments = specification.draw(sizes, rng)
    try:
        message = _difference(exercise, specification, arguments)
    except Inapplicable:
        return None
    return None if message is None else Failure(arguments, message)


def _smallest(failure: Failure, exercise: str, specification: Specification, tries: int, rng: random.Random) -> Failure:
    largest = max((max(value.shape, default=1) for value in _tensors(failure.arguments)), default=1)
    for _ in range(tries):
        other = _try(exercise, specification, largest, rng)
        if other is not None and other.size < failure.size:
            failure = other
    return failure


def _tensors(arguments: dict[str, Any]) -> list[torch.Tensor]:
    return [value for value in arguments.values() if isinstance(value, torch.Tensor)]


def _difference(exercise: str, specification: Specification, arguments: dict[str, Any]) -> str | None:
    """How the answer differs from the specification, in words; None if it does not."""
    try:
        expected = specification.result(arguments)
    except (ValueError, IndexError) as error:
        return _missing_error(exercise, arguments, error)
    try:
        got = getattr(student, exercise)(*arguments.values())
    except StudentError as error:
        return _unfinished(error) or f"your code raised {error}"
    try:
        _require_same(got, expected)
    except Difference as difference:
        return str(difference)
    return None


def _unfinished(error: StudentError) -> str:
    return f"not done yet: {error.student_text}" if is_untouched(error) else ""


def _missing_error(exercise: str, arguments: dict[str, Any], expected: Exception) -> str | None:
    wanted = f"expected: {type(expected).__name__}, since {expected}"
    try:
        got = getattr(student, exercise)(*arguments.values())
    except StudentError as error:
        as_expected = isinstance(error, type(expected))
        return None if as_expected else _unfinished(error) or f"{wanted}\ngot:      {error}"
    return f"{wanted}\ngot:      no error: it returned {show(got)}"


def _require_same(got: Any, expected: Any) -> None:
    if expected is ...:  # a specification leaves open what ties decide
        return
    if isinstance(expected, tuple):
        if not isinstance(got, tuple | list) or len(got) != len(expected):
            raise Difference(f"{len(expected)} values", show(got))
        for mine, right in zip(got, expected, strict=True):
            _require_same(mine, right)
    elif isinstance(expected, list):
        right = torch.tensor(expected)
        require_close(got, right, RTOL, ATOL, None, dtype=right.dtype == torch.bool)
    else:
        require_close(got, expected, RTOL, ATOL, None, dtype=False)


def _report(exercise: str, failure: Failure) -> str:
    lines = [f"{exercise}: the smallest input found on which the result is another one:"]
    lines += [filled(f"{name} = {show(value)}", "  ", "    ") for name, value in failure.arguments.items()]
    lines += [filled(line, first=" " * 6) for line in failure.message.splitlines()]
    lines += [filled(f'show_specification("{exercise}") shows the loops that give the expected result.', "  ")]
    return "\n".join(lines)
