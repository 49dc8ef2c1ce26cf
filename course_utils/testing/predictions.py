"""Predictions: a student who guesses the result first learns more from seeing it, whether right or wrong.

Source: Miller, Lasry, Chu and Mazur, "Role of physics lecture demonstrations in conceptual learning", 2013,
https://doi.org/10.1103/PhysRevSTPER.9.020113.
"""

from __future__ import annotations

import re
from typing import Any

import torch

from course_utils.lines import filled
from course_utils.testing import prediction_texts
from course_utils.testing.comparison import Difference, require_close
from course_utils.variables import executed_sources
from course_utils.widgets import live

NO_GUESS = "No guess yet: replace None with yours and run the cell again."
NO_GUESS_ABOVE = "No guess yet: replace None in the cell that asks, run it, then run this one again."
NO_EXPECTATION = "Not run yet: write down what you expect in `my_expectation`, then run both cells."
_ASKS = re.compile(r"^[\w, ]+ = .*\bNone\b", re.MULTILINE)  # a guess that is still None
_first_guesses: dict[str, dict[str, bool]] = {}  # lab -> prediction -> was the first guess of this session right?


def predict(lab: str, name: str, guess: Any, measured: Any = None) -> None:
    """Commit the first guess, then print whether it is right, the answer and the explanation.

    The answer is in `prediction_texts/<lab>.json`; `measured` is the answer of a prediction about a measurement.
    Raises PredictionError if the lab has no such prediction, or if there is not exactly one answer.

    >>> predict("01_tensor_basics", "bmm", None)
    No guess yet: replace None with yours and run the cell again.
    """
    prediction = _prediction(lab, name)
    if (prediction.answer is None) == (measured is None):
        problem = "has no answer: pass `measured`" if measured is None else "has an answer: do not pass `measured`"
        raise prediction_texts.PredictionError(f"{lab}: the prediction {name!r} {problem}.")
    answer = prediction.answer if measured is None else measured
    guess, answer = _plain(guess), _plain(answer)
    if isinstance(guess, tuple) and isinstance(answer, list):
        answer = tuple(answer)
    if prediction.any_order and isinstance(guess, list | tuple) and sorted(guess, key=str) == sorted(answer, key=str):
        guess = answer
    check_prediction(guess, answer, prediction.explanation, prediction.tolerance)
    if guess is None or _is_in_quotes(guess, answer):
        return
    firsts = _first_guesses.setdefault(lab, {})
    if name in firsts:
        print(f"The tally keeps your first guess, which was {'right' if firsts[name] else 'wrong'}.")
    firsts.setdefault(name, _agrees(guess, answer, prediction.tolerance))


def guessed(lab: str, *names: str) -> bool:
    """Whether these predictions were guessed, so that a cell may go on and show what their answers are read from.

    Where nobody can guess (an automatic run, an export), the answer is yes. Raises PredictionError if the lab has no
    such prediction.
    """
    for name in names:
        _prediction(lab, name)
    return not live() or set(names) <= _first_guesses.get(lab, {}).keys()


def wrote_down(expectation: str | None) -> bool:
    """Whether students have written what they expect of their own experiment, so that it may run; if not, say so.

    Where nobody can write (an automatic run, an export), the answer is yes.
    """
    if not live() or str(expectation or "").strip():
        return True
    print(NO_EXPECTATION)
    return False


def prediction_tally(lab: str) -> None:
    """Print how many first guesses of this session were right, and the titles of the others."""
    predictions, firsts = prediction_texts.load(lab), _first_guesses.get(lab, {})
    if not firsts:
        print(f"0 of {len(predictions)} predictions made in this session.")
        return
    missed = [predictions[name].title for name, right in firsts.items() if not right]
    made = "" if len(firsts) == len(predictions) else f" ({len(predictions) - len(firsts)} not made yet)"
    ending = f"; missed: {', '.join(missed)}" if missed else ""
    _print(f"Predictions: {sum(firsts.values())} of {len(firsts)} right at the first guess{made}{ending}.")


def _prediction(lab: str, name: str) -> prediction_texts.Prediction:
    predictions = prediction_texts.load(lab)
    if name not in predictions:
        known = ", ".join(predictions)
        raise prediction_texts.PredictionError(f"{lab}: expected the name of a prediction ({known}), got {name!r}.")
    return predictions[name]


def check_prediction(guess: Any, answer: Any, because: str = "", tolerance: float = 0.0) -> None:
    """Print whether a guess is right, and the answer; without a guess (None) the answer stays hidden.

    because: the explanation, printed after the answer. tolerance: how far off a number may be and still count as right.

    >>> check_prediction((2, 3), (2, 3), "A transpose swaps the axes.")
    Your guess was right: (2, 3). A transpose swaps the axes.
    >>> check_prediction(0.4, 0.5, tolerance=0.05)
    You guessed 0.4; the answer is 0.5.
    """
    guess, answer = _plain(guess), _plain(answer)
    if guess is None:
        print(_no_guess())
    elif _is_in_quotes(guess, answer):
        print(f"Your guess {guess!r} is a string: write it without quotes and run the cell again.")
    elif _agrees(guess, answer, tolerance):
        _print(f"Your guess was right: {_short(answer)}. {because}")
    else:
        _print(f"You guessed {_short(guess)}; the answer is {_short(answer)}. {because}")


def _no_guess() -> str:
    sources = executed_sources()
    return NO_GUESS if not sources or asks(sources[-1]) else NO_GUESS_ABOVE


def asks(source: str) -> bool:
    """Whether a cell itself has the None that a guess replaces, and not an earlier cell.

    >>> asks("guess = None  # your guess"), asks("predict(lab, name, guess_lost)")
    (True, False)
    """
    return _ASKS.search(source) is not None


def _print(text: str) -> None:
    print(filled(text.strip()))


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, torch.Tensor) else value


def _is_in_quotes(guess: Any, answer: Any) -> bool:
    return isinstance(guess, str) and not isinstance(answer, str)


def _agrees(guess: Any, answer: Any, tolerance: float) -> bool:
    if isinstance(answer, str) and isinstance(guess, str):
        return _letters(guess) == _letters(answer)
    if isinstance(answer, str | bool):
        return guess == answer
    try:
        require_close(guess, answer, 0.0, tolerance, None, False)
    except (Difference, TypeError, ValueError):
        return False
    return True


def _letters(text: str) -> str:
    """Without what does not count: case, spaces and hyphens ("Multi-class" is "multiclass")."""
    return re.sub(r"[\s-]+", "", text).casefold()


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
