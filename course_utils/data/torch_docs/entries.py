"""The documentation strings of PyTorch's functions and classes: name, signature and first paragraph of each.

    entries = torch_docs()
    entries[0].name, entries[0].signature, entries[0].summary

The strings are those of the installed version of PyTorch, so another version gives other entries.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType

import torch

MODULES = (
    "torch",
    "torch.Tensor",
    "torch.nn",
    "torch.nn.functional",
    "torch.nn.init",
    "torch.nn.utils",
    "torch.nn.utils.rnn",
    "torch.linalg",
    "torch.fft",
    "torch.special",
    "torch.optim",
    "torch.optim.lr_scheduler",
    "torch.utils.data",
)
SHORTEST = 15  # characters of a first paragraph that says something
_POINTS_ELSEWHERE = re.compile(r"(See|Alias|In-place version|Calls|Out-of-place|Raised|Exception|Legacy)\b")
_SIGNATURE = re.compile(r"\s*[\w.]+\(")
_MARKED = re.compile(r"(?P<role>:\w+:)?`(?P<text>[^`]*)`_*")  # :func:`~torch.stack`, :math:`a < b`, `name <address>`_
_ADDRESS = re.compile(r"\s*<[^>]*>$")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@dataclass(frozen=True)
class DocEntry:
    """A function or class of PyTorch as its documentation describes it, in plain text."""

    name: str
    """the full name, such as "torch.nn.functional.one_hot\""""
    signature: str
    """such as "one_hot(tensor, num_classes=-1) -> LongTensor"; "(...)" where PyTorch does not say"""
    summary: str
    """the first paragraph"""
    details: tuple[str, ...]
    """the other paragraphs"""

    @property
    def passage(self) -> dict[str, str]:
        """{"title", "text"} as in `course_utils.data.nq`: the name in words, which a search can match, and the summary.

        >>> DocEntry("torch.nn.functional.one_hot", "one_hot(tensor)", "Takes indices.", ()).passage
        {'title': 'nn functional one hot', 'text': 'Takes indices.'}
        """
        return {"title": " ".join(_WORD.findall(self.name)[1:]).lower(), "text": self.summary}


@functools.cache
def torch_docs() -> tuple[DocEntry, ...]:
    """An entry for each public function and class that has its own description, in a fixed order.

    Entries that only point to another function ("See torch.add") are left out, and so are second names of one function.

    See also: `training_samples`, `held_out_questions`.
    """
    found: dict[int, DocEntry] = {}  # by identity: nn.functional and torch share some functions
    for module in MODULES:
        for name, value in _public(module):
            if id(value) not in found and (entry := _entry(f"{module}.{name}", value)):
                found[id(value)] = entry
    return tuple(found.values())


def _public(path: str) -> Iterator[tuple[str, Callable]]:
    owner: ModuleType | type = torch.Tensor if path == "torch.Tensor" else importlib.import_module(path)
    for name in sorted(dir(owner)):
        value = None if name.startswith("_") else getattr(owner, name, None)
        if callable(value) and (getattr(value, "__module__", None) or "torch").partition(".")[0] in (
            "torch",
            "builtins",
        ):
            yield name, value


def _entry(name: str, value: Callable) -> DocEntry | None:
    text = vars(value).get("__doc__") if isinstance(value, type) else value.__doc__  # not an inherited text
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(text if isinstance(text, str) else ""))
    signature, paragraphs[0] = _divide(name.rpartition(".")[2], value, paragraphs[0])
    summary, *details = [_plain(part) for part in paragraphs if _is_prose(part)] or [""]
    if len(summary) < SHORTEST or _POINTS_ELSEWHERE.match(summary):
        return None
    return DocEntry(name, signature, summary, tuple(details))


def _divide(name: str, value: Callable, paragraph: str) -> tuple[str, str]:
    """A signature, and the first paragraph without the lines of signatures with which many texts begin."""
    lines = paragraph.splitlines()
    if _SIGNATURE.match(paragraph):
        return lines[0].strip(), "\n".join(line for line in lines if not _SIGNATURE.match(line))
    try:
        return f"{name}{inspect.signature(value)}", paragraph
    except (TypeError, ValueError):
        return f"{name}(...)", paragraph


def _is_prose(paragraph: str) -> bool:
    return bool(paragraph.strip()) and not paragraph.lstrip().startswith(("..", ">>>"))


def _plain(text: str) -> str:
    """The text in one line, without the marks of reStructuredText."""
    unmarked = _MARKED.sub(lambda found: _ADDRESS.sub("", found["text"]).lstrip("~."), text.replace("``", "`"))
    return " ".join(unmarked.replace("**", "").replace("`", "").split())
