"""A guess before the result: a student who predicts first learns more from what is shown, right or wrong.

Source: Miller, Lasry, Chu and Mazur, "Role of physics lecture demonstrations in conceptual learning", 2013.
"""

from __future__ import annotations

from typing import Any

import torch

from course_utils.testing.comparison import Difference, require_close


def check_prediction(guess: Any, answer: Any, because: str = "", tolerance: float = 0.0) -> None:
    """Compare a guess with the answer and say so, kindly; without a guess (None) the answer stays hidden.

    tolerance: how far a number may be off and still count as right.
    """
    guess, answer = (value.tolist() if isinstance(value, torch.Tensor) else value for value in (guess, answer))
    if guess is None:
        print("No guess yet: write yours in place of None, run the cell again, and then see.")
    elif isinstance(guess, str) and not isinstance(answer, str):
        print(f"Your guess {guess!r} is a text: write it without the quotes, and run the cell again.")
    elif _agrees(guess, answer, tolerance):
        print(f"Your guess was right: {_short(answer)}. {because}".strip())
    else:
        print(f"You guessed {_short(guess)}; it is {_short(answer)}. {because}".strip())


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
