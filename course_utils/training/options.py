"""The options of a student's own experiment, checked before it runs: a typo gets a sentence instead of a traceback.

if valid_options(my_change, {"optimiser": ("Adam", "SGD"), "rate": float, "steps": range(1, 251)}): ...
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

from course_utils.lines import say

Kind = type | Collection[object]  # float, int, bool, or the values to choose from


def valid_options(chosen: object, allowed: Mapping[str, Kind]) -> bool:
    """Whether `chosen`, {name: value}, has only names and values that are allowed; prints a sentence for each mistake.

    allowed: for each name `float` (a number of at least 0), `int` (a whole number of at least 1), `bool`, a range, or
    the values to choose from. A set of values means that the option is a list of some of them, or of none.

    >>> valid_options({"Rate": 1.0, "loss": "mse", "steps": 0}, {"rate": float, "loss": ("l1", "l2"), "steps": int})
    There is no option 'Rate'. You can change rate, loss, steps.
    loss must be 'l1' or 'l2', not 'mse'.
    steps must be a whole number of at least 1, not 0.
    False
    """
    if not isinstance(chosen, Mapping):
        say(f"Write your options as {{name: value}}, not {chosen!r}. You can change {', '.join(allowed)}.")
        return False
    mistakes = [mistake for name, value in chosen.items() if (mistake := _mistake(name, value, allowed))]
    for mistake in mistakes:
        say(mistake)
    return not mistakes


def _mistake(name: object, value: object, allowed: Mapping[str, Kind]) -> str:
    if name not in allowed:
        return f"There is no option {name!r}. You can change {', '.join(allowed)}."
    kind = allowed[str(name)]
    return "" if _fits(value, kind) else f"{name} must be {_in_words(kind)}, not {value!r}."


def _fits(value: object, kind: Kind) -> bool:
    if isinstance(kind, type):
        return _is_a(value, kind)
    if isinstance(kind, set):
        return isinstance(value, list | tuple | set) and all(_fits(entry, list(kind)) for entry in value)
    return any(type(value) is type(one) and value == one for one in kind)  # True is not 1


def _is_a(value: object, kind: type) -> bool:
    if kind is bool or isinstance(value, bool):
        return kind is bool and isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and value >= 1
    return isinstance(value, int | float) and 0 <= value < math.inf


def _in_words(kind: Kind) -> str:
    if isinstance(kind, range):
        return f"a whole number from {kind[0]} to {kind[-1]}"
    if isinstance(kind, type):
        return {bool: "True or False", int: "a whole number of at least 1", float: "a number of at least 0"}[kind]
    if isinstance(kind, set):
        return f"a list with any of {', '.join(sorted(map(repr, kind)))}"
    *others, last = map(repr, kind)
    return f"{', '.join(others)} or {last}" if others else last
