"""What students read when a test cannot use what their function returned: expected and got, by kind of value."""

from __future__ import annotations

from course_utils.remote.client import RemoteObject
from course_utils.remote.kinds import is_like, kind
from course_utils.remote.proxies import student
from course_utils.testing.comparison import UNCHECKABLE, Difference, show
from course_utils.testing.known_answers import known

_NO_GRAPH = "does not require grad"  # in PyTorch's error when a test calls backward()


def wrong_kind(got: str = "") -> str:
    """The message for a value of a wrong kind; empty if it is of the right one, or that is not known.

    got: the kind that a probe saw; otherwise it is that of what the last call returned.
    """
    returned = student._returned()
    if returned is None:
        return ""
    name, value = returned
    text, kinds = known("returns").get(name, ("", []))
    found = got or kind(value)
    if not text or any(is_like(found, right) for right in kinds):
        return ""
    plain = got or isinstance(value, RemoteObject) or found == show(value)
    return str(Difference(text, f"{found if plain else f'{found}: {show(value)}'}, from `{name}`"))


def uncheckable(function: str, reason: str) -> str:
    """The message for a value of this function that cannot come to the test, such as one that is too large."""
    text = known("returns").get(function, ("", []))[0] or "a value that can be checked"
    return str(Difference(text, f"{UNCHECKABLE}, from `{function}`: {reason}"))


def unusable(error: str) -> str:
    """The message for any other value with which a test ended in an error."""
    returned = student._returned()
    if returned is None:
        return f"the test ended with {error}"
    name, value = returned
    if _NO_GRAPH in error:
        return str(
            Difference("a result that gradients flow through", f"one without a graph (detached?), from `{name}`")
        )
    text = known("returns").get(name, ("", []))[0] or "a value"
    return str(Difference(f"{text}, as the docstring describes it", f"{show(value)}, from `{name}` ({error})"))
