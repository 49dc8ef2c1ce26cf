"""What students read when a test cannot use what their function returned: expected and got, by kind of value."""

from __future__ import annotations

from typing import Any

from course_utils.remote.kinds import is_like, kind
from course_utils.remote.proxies import student
from course_utils.testing.comparison import UNCHECKABLE, Difference, described, show
from course_utils.testing.known_answers import known

_NO_GRAPH = "does not require grad"  # in PyTorch's error when a test calls backward()


def wrong_kind(got: str = "", function: str = "") -> str:
    """The message for a value of a wrong kind; empty if it is of the right one, or that is not known.

    got, function: the kind that a probe saw, and what it had called; otherwise they are those of the last call. Where
    that one returned the right kind, the object that it belongs to may still be of a wrong class.
    """
    if got:
        return _message(function, got, got)
    for returned in (student._returned(), student._made()):
        if returned and (message := _message(returned[0], kind(returned[1]), described(returned[1]))):
            return message
    return ""


def _message(function: str, found: str, shown: str) -> str:
    text, kinds = known("returns").get(function, ("", []))
    if not text or any(is_like(found, right) for right in kinds):
        return ""
    return str(Difference(text, f"{shown}, from `{function}`"))


def wrong_kind_of(value: Any) -> str:
    """The same message, if `value` is what the last call returned."""
    returned = student._returned()
    return wrong_kind() if returned is not None and returned[1] is value else ""


def uncheckable(function: str, reason: str) -> str:
    """The message for a value that cannot be sent to a test, such as one that is too large; function: may be empty."""
    text = known("returns").get(function, ("", []))[0] or "a value that can be checked"
    return str(Difference(text, f"{UNCHECKABLE}{f', from `{function}`' if function else ''}: {reason}"))


def unusable(error: str, got: str = "", function: str = "") -> str:
    """The message for any other value with which a test ended in an error. got, function: as in `wrong_kind`."""
    returned = student._returned()
    if not got and returned is None:
        return f"the test ended with {error}"
    name, shown = (function, got) if returned is None else (returned[0], show(returned[1]))
    if _NO_GRAPH in error:
        return str(
            Difference("a result that gradients flow through", f"one without a graph (detached?), from `{name}`")
        )
    text = known("returns").get(name, ("", []))[0] or "a value"
    return str(Difference(f"{text}, as the docstring describes it", f"{shown}, from `{name}` ({error})"))
