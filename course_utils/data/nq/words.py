"""The words of mini-NQ: the sentences of an encyclopaedia of an invented country, and how people ask about it.

They are stored in words.json. Everything is written twice, in the words of passages and in those of questions, which
have hardly a word in common. Their order matters, because the generator picks by position.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import NamedTuple

_WORDS = json.loads(resources.files(__package__).joinpath("words.json").read_text(encoding="utf-8"))


class Wordings(NamedTuple):
    """A value of an attribute, in the words of questions and in those of passages."""

    asked: list[str]
    stated: list[str]


class Relation(NamedTuple):
    """A kind of fact; {D} is a placeholder for the building, {V} for the answer."""

    answer: str  # the kind of answer: person, year, months, number or plot
    topics: list[str]  # what the fact is about
    wordings: list[str]  # questions in training
    held_out: list[str]  # questions in validation
    stated: list[str]  # sentences of passages


KINDS: dict[str, list[str]] = _WORDS["kinds"]
"""kind of building in passages -> its names in questions"""
SCENES: dict[str, list[str]] = _WORDS["scenes"]
"""kind of building -> sentences of passages that are about this kind only"""
TOWNS: dict[str, list[str]] = _WORDS["towns"]
"""town in passages -> its descriptions in questions"""
TOWN_FRAMES: list[str] = _WORDS["town_frames"]
ATTRIBUTES = {
    axis: {value: Wordings(**entry) for value, entry in values.items()} for axis, values in _WORDS["attributes"].items()
}
RELATIONS = {name: Relation(**entry) for name, entry in _WORDS["relations"].items()}
GREETINGS: list[str] = _WORDS["greetings"]
INTROS: list[str] = _WORDS["intros"]
DETAILS: list[str] = _WORDS["details"]
"""what a visitor sees, true of any building"""
FILLERS: list[str] = _WORDS["fillers"]
"""what is told about it, true of any building"""
OUTROS: list[str] = _WORDS["outros"]
FIRST_NAMES: list[str] = _WORDS["first_names"]
LAST_NAMES: list[str] = _WORDS["last_names"]
PLOTS: list[str] = _WORDS["plots"]
