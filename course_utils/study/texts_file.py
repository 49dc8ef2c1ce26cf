"""Read a lab's study texts, with an exact message for a malformed one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "texts"
CHOICES = ("multiple_choice", "many_choice")
KINDS = (*CHOICES, "numeric")
CODE = re.compile(r"`([^`]+)`")


class StudyTextError(ValueError):
    """A lab has no study texts, or they are malformed."""


@dataclass(frozen=True)
class Answer:
    """One choice, or one number that a reader can type."""

    text: str
    correct: bool
    feedback: str


@dataclass(frozen=True)
class Question:
    """A question; `kind` is one of KINDS."""

    text: str
    kind: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Card:
    """A flashcard, with the text of its two sides."""

    front: str
    back: str


@dataclass(frozen=True)
class StudyTexts:
    """All study texts of a lab."""

    quiz: tuple[Question, ...]
    flashcards: tuple[Card, ...]


def load(lab: str, folder: Path) -> StudyTexts:
    """The texts of `lab` in `folder`. Raises StudyTextError with the lab, the question and the problem."""
    path = folder / f"{lab}.json"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in folder.glob("*.json"))) or "none"
        raise StudyTextError(f"Expected the name of a lab with study texts ({known}), got {lab!r}: check the spelling.")
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise StudyTextError(f"{lab}: expected JSON, got {error}: correct {path.name} at that place.") from error
    _check_keys(lab, raw, {"quiz": list, "flashcards": list})
    questions = tuple(_question(f"{lab}, question {n}", item) for n, item in enumerate(raw["quiz"], start=1))
    cards = tuple(_card(f"{lab}, card {n}", item) for n, item in enumerate(raw["flashcards"], start=1))
    _check_distinct(f"{lab}, quiz", (question.text for question in questions))
    _check_distinct(f"{lab}, flashcards", (card.front for card in cards))
    return StudyTexts(questions, cards)


def _question(where: str, raw: Any) -> Question:
    _check_keys(where, raw, {"question": str, "type": str, "answers": list})
    kind = raw["type"]
    if kind not in KINDS:
        raise StudyTextError(f"{where}: expected one of the types {', '.join(KINDS)}, got {kind!r}.")
    answers = tuple(_answer(f"{where}, answer {n}", item, kind) for n, item in enumerate(raw["answers"], start=1))
    _check_distinct(where, (answer.text for answer in answers))
    right = sum(answer.correct for answer in answers)
    if right == 0 or (kind == "multiple_choice" and right > 1):
        wanted = "exactly one" if kind == "multiple_choice" else "at least one"
        raise StudyTextError(f"{where}: expected {wanted} right answer, got {right}.")
    if kind in CHOICES and len(answers) < 2:
        raise StudyTextError(f"{where}: expected at least 2 answers to choose from, got {len(answers)}.")
    return Question(raw["question"], kind, answers)


def _answer(where: str, raw: Any, kind: str) -> Answer:
    _check_keys(where, raw, {"answer": str, "correct": bool, "feedback": str})
    if kind == "numeric" and not re.fullmatch(r"-?\d+(\.\d+)?", raw["answer"]):
        raise StudyTextError(f"{where}: expected a plain number like 12 or -0.25, got {raw['answer']!r}.")
    return Answer(raw["answer"], raw["correct"], raw["feedback"])


def _card(where: str, raw: Any) -> Card:
    _check_keys(where, raw, {"front": str, "back": str})
    return Card(raw["front"], raw["back"])


def _check_keys(where: str, raw: Any, kinds: dict[str, type]) -> None:
    wanted = ", ".join(f"{key} ({kind.__name__})" for key, kind in kinds.items())
    if not isinstance(raw, dict) or set(raw) != set(kinds):
        got = ", ".join(raw) if isinstance(raw, dict) else type(raw).__name__
        raise StudyTextError(f"{where}: expected the keys {wanted}, got {got}.")
    for key, kind in kinds.items():
        if not isinstance(raw[key], kind):
            raise StudyTextError(f"{where}: expected {key} as {kind.__name__}, got {type(raw[key]).__name__}.")
        if kind is str:
            _check_text(f"{where}, {key}", raw[key])


def _check_text(where: str, text: str) -> None:
    if not text.strip():
        raise StudyTextError(f"{where}: expected text, got an empty string.")
    if re.search(r"[$\\]", CODE.sub("", text)):
        raise StudyTextError(f"{where}: expected no LaTeX, got {text!r}: write it in words, Unicode or `code`.")


def _check_distinct(where: str, texts: Iterable[str]) -> None:
    seen: set[str] = set()
    for text in texts:
        key = " ".join(text.lower().split())
        if key in seen:
            raise StudyTextError(f"{where}: expected distinct texts, got {text!r} twice.")
        seen.add(key)
