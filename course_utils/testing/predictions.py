"""Predictions: a student who guesses the result first learns more from seeing it, whether right or wrong.

Source: Miller, Lasry, Chu and Mazur, "Role of physics lecture demonstrations in conceptual learning", 2013,
https://doi.org/10.1103/PhysRevSTPER.9.020113.
"""

from __future__ import annotations

from typing import Any

import torch

from course_utils.testing.comparison import Difference, require_close


def check_prediction(guess: Any, answer: Any, because: str = "", tolerance: float = 0.0) -> None:
    """Print whether a guess is right, and the answer; without a guess (None) the answer stays hidden.

    because: the explanation, printed after the answer. tolerance: how far off a number may be and still count as right.

    >>> check_prediction((2, 3), (2, 3), "A transpose swaps the axes.")
    Your guess was right: (2, 3). A transpose swaps the axes.
    >>> check_prediction(0.4, 0.5, tolerance=0.05)
    You guessed 0.4; the answer is 0.5.
    """
    guess, answer = (value.tolist() if isinstance(value, torch.Tensor) else value for value in (guess, answer))
    if guess is None:
        print("No guess yet: write yours in place of None, run the cell again, and then see.")
    elif isinstance(guess, str) and not isinstance(answer, str):
        print(f"Your guess {guess!r} is a string: write it without quotes and run the cell again.")
    elif _agrees(guess, answer, tolerance):
        print(f"Your guess was right: {_short(answer)}. {because}".strip())
    else:
        print(f"You guessed {_short(guess)}; the answer is {_short(answer)}. {because}".strip())


def _agrees(guess: Any, answer: Any, tolerance: float) -> bool:
    if isinstance(answer, str) and isinstance(guess, str):
        return guess.strip().casefold() == answer.casefold()
    if isinstance(answer, str | bool):
        return guess == answer
    try:
        require_close(guess, answer, 0.0, tolerance, None, False)
    except (Difference, TypeError, ValueError):
        return False
    return True


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
