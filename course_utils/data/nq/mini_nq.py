"""Mini-NQ: questions and passages in the form of Natural Questions, generated in a second without a network.

    train, validation = make_mini_nq()
    train[0]["question"], train[0]["gold_context"]["title"], train[0]["gold_context"]["text"]

The passages describe the buildings of an invented country. A question names a building by its kind, its town and one
attribute, mostly in other words than the passage, and asks for one fact about it. Retrieval is hard because of twins
(the same kind and town, one attribute different), passages on other facts about the same building, and repeated titles.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from course_utils.data.nq.words import (
    ATTRIBUTES,
    DETAILS,
    FILLERS,
    FIRST_NAMES,
    GREETINGS,
    INTROS,
    KINDS,
    LAST_NAMES,
    OUTROS,
    PLOTS,
    RELATIONS,
    SCENES,
    TOWN_FRAMES,
    TOWNS,
)

if TYPE_CHECKING:
    from course_utils.data.nq.knowledge_base import Sample

LARGEST = 100_000
TWINS = 3
"""Buildings of one kind in one town that differ in one attribute."""
PADDING = ((1, 1), (1, 1), (1, 1), (1, 1), (1, 2))
"""Numbers of irrelevant sentences about what one sees and about what is told."""
SAME_WORD = 0.5
"""How often a question uses the passage's word for the kind, or for the town."""


@dataclass(frozen=True)
class Fact:
    """The subject of one passage; no two passages of a data set have the same."""

    kind: str
    town: str
    axis: str
    value: str
    relation: str
    common: tuple[str, str]
    """(axis, value) of an attribute that all twins share and no question names"""


def make_mini_nq(
    num_train: int = 500, num_validation: int = 1000, *, seed: int = 0
) -> tuple[list[Sample], list[Sample]]:
    """Training and validation samples, each {"question", "answers": [str], "gold_context": {"title", "text"}}.

    The answer is a substring of the gold passage's text. Validation questions are about other buildings (other pairs of
    kind and town) than training questions, and are worded differently. The same arguments give the same samples
    everywhere. Raises ValueError for a count below 1 or more than 100,000 samples in all.

    >>> train, validation = make_mini_nq(2, 1, seed=0)
    >>> len(train), len(validation), list(train[0])
    (2, 1, ['question', 'answers', 'gold_context'])
    >>> train[0]["answers"][0] in train[0]["gold_context"]["text"]
    True
    """
    for name, count in {"num_train": num_train, "num_validation": num_validation}.items():
        if count < 1:
            raise ValueError(f"{name} must be at least 1, got {count}")
    total = num_train + num_validation
    if total > LARGEST:
        raise ValueError(
            f"expected at most {LARGEST:,} samples in all, got {num_train:,} + {num_validation:,}: ask for fewer"
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
    """Facts, with twins next to each other; each family gets twins on one axis before any gets twins on the next.

    There is one fact per twin and relation, for `relations` relations; half of the families get one more fact.
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
    question = rng.choice(GREETINGS) + wording.replace("{D}", describe(fact, rng)) + "?"
    return question[0].upper() + question[1:]


def describe(fact: Fact, rng: random.Random) -> str:
    """The building in the words of a question: "the beacon painted red in the town known for clocks"."""
    kind = fact.kind if rng.random() < SAME_WORD else rng.choice(KINDS[fact.kind])
    clause = rng.choice(ATTRIBUTES[fact.axis][fact.value].asked)
    if rng.random() < SAME_WORD:
        return f"the {kind} in {fact.town} {clause}"
    place = rng.choice(TOWN_FRAMES).replace("{T}", rng.choice(TOWNS[fact.town]))
    return f"the {kind} {clause} {place}"  # the other order would ask for clocks painted red


def _text(fact: Fact, answer: str, rng: random.Random) -> str:
    """An opening, what one sees (with both attributes), what is told (with the fact in question), and a closing."""
    shared_axis, shared_value = fact.common
    details, fillers = rng.choice(PADDING)
    seen = [
        rng.choice(ATTRIBUTES[fact.axis][fact.value].stated),
        rng.choice(ATTRIBUTES[shared_axis][shared_value].stated),
        rng.choice(SCENES[fact.kind]),
        *rng.sample(DETAILS, details),
    ]
    told = [rng.choice(RELATIONS[fact.relation].stated).replace("{V}", answer), *rng.sample(FILLERS, fillers)]
    rng.shuffle(seen)
    rng.shuffle(told)
    text = " ".join([rng.choice(INTROS), *seen, *told, rng.choice(OUTROS)])
    return text.replace("{K}", fact.kind).replace("{T}", fact.town)
