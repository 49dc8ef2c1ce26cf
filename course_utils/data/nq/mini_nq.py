"""Mini-NQ: questions and passages in the form of Natural Questions, generated in a second and without a network.

    train, validation = make_mini_nq()
    train[0]["question"], train[0]["gold_context"]["title"], train[0]["gold_context"]["text"]

The passages tell of the buildings of an invented country. A question names a building by its kind, its town and one
attribute, hardly ever in the words of the passage, and asks for one fact about it. What makes retrieval hard: twins
(same kind, same town, one attribute apart), passages on other facts about the same building, and titles that repeat.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from course_utils.data.nq.words import (
    ATTRIBUTES,
    FILLERS,
    FIRST_NAMES,
    INTROS,
    KINDS,
    LAST_NAMES,
    OUTROS,
    PLOTS,
    POLITE,
    RELATIONS,
    TOWN_FRAMES,
    TOWNS,
)

if TYPE_CHECKING:
    from course_utils.data.nq.knowledge_base import Sample

LARGEST = 100_000
TWINS = 3
"""Buildings of one kind in one town that differ in one attribute."""
PADDING = (3, 3, 3, 3, 4, 5)
"""Sentences beside the point; a long passage now and then, so that truncation has something to cut off."""
SAME_WORD = 0.5
"""How often a question calls the kind, or the town, what the passage calls it."""


@dataclass(frozen=True)
class Fact:
    """What one passage is about; no two passages of a data set have all of it in common."""

    kind: str
    town: str
    axis: str
    value: str
    relation: str
    common: tuple[str, str]
    """(axis, value) of an attribute that all twins share; no question names it"""


def make_mini_nq(
    num_train: int = 500, num_validation: int = 1000, *, seed: int = 0
) -> tuple[list[Sample], list[Sample]]:
    """Training and validation samples, each {"question", "answers": [str], "gold_context": {"title", "text"}}.

    The answer is a part of the gold passage's text. Validation asks about other buildings (other pairs of kind and
    town) than training, and in other sentences. The same arguments give the same samples everywhere. Raises ValueError
    for a count below 1 or more than 100,000 samples in all.
    """
    for name, count in {"num_train": num_train, "num_validation": num_validation}.items():
        if count < 1:
            raise ValueError(f"{name} must be at least 1, got {count}")
    total = num_train + num_validation
    if total > LARGEST:
        raise ValueError(
            f"at most {LARGEST:,} samples can be made, got {num_train:,} + {num_validation:,}: ask for fewer"
        )
    rng = random.Random(seed)
    families = list(product(KINDS, TOWNS))
    rng.shuffle(families)
    cut = min(max(1, round(len(families) * num_train / total)), len(families) - 1)
    relations = 1 + total // 25_000
    train = _samples(families[:cut], num_train, relations, rng, held_out=False)
    validation = _samples(families[cut:], num_validation, relations, rng, held_out=True)
    return train, validation


def _samples(
    families: list[tuple[str, str]], count: int, relations: int, rng: random.Random, *, held_out: bool
) -> list[Sample]:
    facts = _facts(families, relations, rng)
    samples = [_sample(fact, rng, held_out) for fact, _ in zip(facts, range(count), strict=False)]
    rng.shuffle(samples)
    return samples


def _facts(families: list[tuple[str, str]], relations: int, rng: random.Random) -> Iterator[Fact]:
    """Facts, twins together; every family has its turn before one gets twins of a further axis.

    All twins are asked about for each of `relations` facts, and of every second family one twin for one fact more.
    """
    axes = {family: rng.sample(list(ATTRIBUTES), len(ATTRIBUTES)) for family in families}
    for turn in range(1, len(ATTRIBUTES)):
        for family in families:
            shared, axis = axes[family][0], axes[family][turn]
            common = (shared, rng.choice(list(ATTRIBUTES[shared])))
            values = rng.sample(list(ATTRIBUTES[axis]), TWINS)
            *asked, further = rng.sample(list(RELATIONS), relations + 1)
            pairs = list(product(values, asked)) + [(values[0], further)] * rng.randrange(2)
            for value, relation in pairs:
                yield Fact(*family, axis, value, relation, common)


def _sample(fact: Fact, rng: random.Random, held_out: bool) -> Sample:
    answer = _answer(RELATIONS[fact.relation][0], rng)
    title = f"{fact.kind.capitalize()} in {fact.town}"
    return {
        "question": _question(fact, rng, held_out),
        "answers": [answer],
        "gold_context": {"title": title, "text": _text(fact, answer, rng)},
    }


def _answer(kind: str, rng: random.Random) -> str:
    match kind:
        case "person":
            return f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"
        case "year":
            return str(rng.randint(1720, 1990))
        case "months":
            return str(rng.randint(5, 95))
        case "number":
            return str(rng.randint(110, 1700))
        case _:
            return rng.choice(PLOTS)


def _question(fact: Fact, rng: random.Random, held_out: bool) -> str:
    _, _, wordings, held_out_wordings, _ = RELATIONS[fact.relation]
    wording = rng.choice(held_out_wordings if held_out else wordings)
    return rng.choice(POLITE) + wording.replace("{D}", describe(fact, rng))


def describe(fact: Fact, rng: random.Random) -> str:
    """The building as people speak of it: "the beacon painted red in the town of clocks"."""
    kind = fact.kind if rng.random() < SAME_WORD else rng.choice(KINDS[fact.kind])
    place = rng.choice(TOWN_FRAMES).replace("{T}", rng.choice(TOWNS[fact.town]))
    if rng.random() < SAME_WORD:
        place = f"in {fact.town.lower()}"
    clause = rng.choice(ATTRIBUTES[fact.axis][fact.value][0])
    return f"the {kind} {clause} {place}" if rng.random() < 0.5 else f"the {kind} {place} {clause}"


def _text(fact: Fact, answer: str, rng: random.Random) -> str:
    """Eight sentences and more: what the question needs, one shared attribute, and padding, in random order."""
    shared_axis, shared_value = fact.common
    body = [
        rng.choice(ATTRIBUTES[fact.axis][fact.value][1]),
        rng.choice(ATTRIBUTES[shared_axis][shared_value][1]),
        rng.choice(RELATIONS[fact.relation][4]).replace("{V}", answer),
        *rng.sample(FILLERS, rng.choice(PADDING)),
    ]
    rng.shuffle(body)
    text = " ".join([rng.choice(INTROS), *body, rng.choice(OUTROS)])
    return text.replace("{K}", fact.kind).replace("{T}", fact.town)
