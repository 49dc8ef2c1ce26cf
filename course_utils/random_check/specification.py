"""What a specification is, and where those of a lab are found."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import random
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from course_utils.random_check import specifications
from course_utils.random_check.input_kinds import Kind, Sizes


@dataclass(frozen=True)
class Specification:
    """A plain function of lists and numbers, and the kind of each of its arguments."""

    function: Callable[..., Any]
    kinds: dict[str, Kind]

    @property
    def axes(self) -> list[str]:
        """The names of all sizes, each once."""
        return list(dict.fromkeys(axis for kind in self.kinds.values() for axis in kind.axes))

    def draw(self, sizes: Sizes, rng: random.Random) -> dict[str, Any]:
        """One input: the arguments by name."""
        return {name: kind.draw(sizes, rng) for name, kind in self.kinds.items()}

    def result(self, arguments: dict[str, Any]) -> Any:
        """What the specification returns; tensors are handed over as lists. It may raise, as the exercise should."""
        return self.function(**{name: _plain(value) for name, value in arguments.items()})


def find_specifications(lab: str) -> dict[str, Specification]:
    """The specifications of a lab, by exercise; a lab without any gives {}."""
    _, _, topic = lab.partition("_")
    if topic not in {module.name for module in pkgutil.iter_modules(specifications.__path__)}:
        return {}
    module = importlib.import_module(f"{specifications.__name__}.{topic}")
    functions = inspect.getmembers(module, inspect.isfunction)
    return {name: _specification(function) for name, function in functions if _belongs(function, module.__name__)}


def _belongs(function: Callable[..., Any], module: str) -> bool:
    return function.__module__ == module and not function.__name__.startswith("_")


def _specification(function: Callable[..., Any]) -> Specification:
    hints = typing.get_type_hints(function, include_extras=True)
    return Specification(function, {name: hint.__metadata__[0] for name, hint in hints.items() if name != "return"})


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, torch.Tensor) else value
