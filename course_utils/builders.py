"""Models by name: how a test hands a model to a student's function without pickle.

`build("mlp", sizes=(4, 3))` makes a module that remembers its recipe; over the wire go the recipe and the state dict.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from torch import nn

_BUILDERS: dict[str, Callable[..., nn.Module]] = {}


def builder(function: Callable[..., nn.Module]) -> Callable[..., nn.Module]:
    """Register a function that makes a module from plain arguments, under its own name."""
    _BUILDERS[function.__name__] = function
    return function


def build(name: str, **arguments: Any) -> nn.Module:
    """The module that builder `name` makes; ValueError for a name that is not registered."""
    if name not in _BUILDERS:
        raise ValueError(f"there is no builder {name!r}; known are {', '.join(sorted(_BUILDERS))}")
    module = _BUILDERS[name](**arguments)
    module._recipe = (name, arguments)
    return module


def recipe(value: Any) -> tuple[str, dict] | None:
    """(name, arguments) of a module made by `build`, else None."""
    return getattr(value, "_recipe", None) if isinstance(value, nn.Module) else None


@builder
def mlp(sizes: Sequence[int], bias: bool = True) -> nn.Module:
    """Linear layers of the given sizes with tanh between them."""
    layers: list[nn.Module] = []
    for width_in, width_out in pairwise(sizes):
        layers += [nn.Linear(width_in, width_out, bias=bias), nn.Tanh()]
    return nn.Sequential(*layers[:-1])


@builder
def embedding(num_embeddings: int, embedding_dim: int) -> nn.Module:
    """A table of rows: the simplest model from ids to vectors (or to logits)."""
    return nn.Embedding(num_embeddings, embedding_dim)
