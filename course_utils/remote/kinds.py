"""What kind of value came back, in a few words: for messages about a wrong type."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import torch

from course_utils.remote.codec import Handle

_PLAIN = {bool: "a bool", int: "an int", float: "a float", str: "a string", type(None): "None"}
_CONTAINERS: dict[type[Collection], str] = {tuple: "a tuple", list: "a list", set: "a set", frozenset: "a frozenset"}
MOST_KEYS = 5


def kind(value: Any) -> str:
    """The kind of a value.

    >>> kind((torch.zeros(2), torch.zeros(3))), kind((torch.zeros(2), 3)), kind([0.5, 1.5])
    ('a tuple of 2 tensors', 'a tuple of 2 values (a tensor, an int)', 'a list of floats')
    >>> kind({"a": 1}), kind(None), kind(np.zeros(3)), kind(())
    ("a dict with the keys 'a'", 'None', 'a numpy array', 'an empty tuple')
    >>> kind([[1, 2], []]), kind([{"a": 1}, {"b": 2}])
    ('a list of lists of ints', 'a list of dicts')
    """
    if isinstance(value, torch.Tensor):
        return _tensor(value)
    if isinstance(value, np.ndarray):
        return "a numpy array"
    if isinstance(value, np.generic):
        return "a numpy number"
    if isinstance(value, Handle):
        return _object(value.type_name or "object")
    if isinstance(value, Mapping):
        return _dict(value)
    for container, name in _CONTAINERS.items():
        if isinstance(value, container):
            return _container(name, list(value))
    return _PLAIN.get(type(value)) or _object(type(value).__name__)


def is_like(value: str, expected: str) -> bool:
    """Whether two kinds are of one type; tuples also need the same length, and lists items of the same type.

    >>> is_like("a list of tensors", "a list of floats"), is_like("a tuple of 2 ints", "a tuple of 3 ints")
    (False, False)
    >>> is_like("an empty list", "a list of floats"), is_like("a list of values", "a list of floats")
    (True, True)
    >>> is_like("an empty tuple", "a tuple of 2 tensors"), is_like("an empty tuple", "a tuple")
    (False, True)
    """
    one, other = value.split(), expected.split()
    if "empty" in (*one[1:2], *other[1:2]):
        a_tuple_of_some = _type(one) == "tuple" and other[2:3] == ["of"]
        return _type(one) == _type(other) and not a_tuple_of_some
    if "values" in (*one[3:4], *other[3:4]):
        return one[:2] == other[:2]
    if other[1:3] == ["object", "of"]:
        return one == other
    return one[:4] == other[:4] if other[2:3] == ["of"] else one[:2] == other[:2]


def _type(words: list[str]) -> str:
    """The container's name in "a list of ints" or "an empty list"."""
    return words[2] if words[1:2] == ["empty"] else words[-1] if len(words) == 1 else words[1]


def _tensor(value: torch.Tensor) -> str:
    """Only the kinds of tensors that no test can read have names of their own."""
    if value.layout is not torch.strided:
        return "a sparse tensor"
    return "a meta tensor, which has no values" if value.is_meta else "a tensor"


def _object(name: str) -> str:
    named = {"type": "a class, not an object of it", "function": "a function, not its result"}
    return named.get(name, f"an object of type {name}")


def _dict(value: Mapping) -> str:
    if not value or len(value) > MOST_KEYS:
        return "a dict" if value else "an empty dict"
    return f"a dict with the keys {', '.join(map(repr, value))}"


def _container(name: str, items: list) -> str:
    if not items:
        return f"an empty {name.split()[1]}"
    kinds = [kind(item) for item in items[:100]]
    counted = f"{len(items)} " if name == "a tuple" else ""
    if nested := _nested(kinds):
        return f"{name} of {counted}{nested}"
    if len(set(kinds)) > 1 or kinds[0] == "None" or " " in kinds[0].split(" ", 1)[1]:
        listed = f" ({', '.join(kinds)})" if len(items) <= MOST_KEYS and not any("(" in each for each in kinds) else ""
        return f"{name} of {counted}values{listed if name == 'a tuple' else ''}"
    noun = kinds[0].split(" ", 1)[1]
    return f"{name} of {counted}{noun}{'s' if len(items) > 1 or name != 'a tuple' else ''}"


def _nested(kinds: list[str]) -> str:
    """What lists of lists and of dicts have in common, in the plural; empty where it is nothing."""
    inner = {each for each in kinds if not each.startswith("an empty ")}
    if inner and all(each.startswith("a dict") for each in inner):
        return "dicts"
    if len(inner) == 1 and (found := re.fullmatch(r"a list of (\w+)", next(iter(inner)))):
        return f"lists of {found[1]}"
    return ""
