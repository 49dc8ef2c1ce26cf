"""Read a lab's predictions, with an exact message for a malformed one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "prediction_texts"
REQUIRED = {"title": str, "explanation": str}
OPTIONAL = ("answer", "tolerance", "any_order")


class PredictionError(ValueError):
    """A lab has no such prediction, or its predictions are malformed."""


@dataclass(frozen=True)
class Prediction:
    """A prediction; `answer` is None if the notebook measures it. any_order: its numbers may be in any order."""

    title: str
    explanation: str
    answer: Any = None
    tolerance: float = 0.0
    any_order: bool = False


def load(lab: str, folder: Path = FOLDER) -> dict[str, Prediction]:
    """The predictions of `lab` by name. Raises PredictionError with the lab, the prediction and the problem."""
    path = folder / f"{lab}.json"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in folder.glob("*.json"))) or "none"
        raise PredictionError(
            f"Expected the name of a lab with predictions ({known}), got {lab!r}: check the spelling."
        )
    try:
        raw = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=lambda pairs: _distinct(lab, pairs))
    except json.JSONDecodeError as error:
        raise PredictionError(f"{lab}: expected JSON, got {error}: correct {path.name} at that place.") from error
    if not isinstance(raw, dict):
        raise PredictionError(f"{lab}: expected an object of predictions by name, got {type(raw).__name__}.")
    return {name: _prediction(f"{lab}, prediction {name}", item) for name, item in raw.items()}


def _distinct(lab: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise PredictionError(f"{lab}: expected distinct names, got {name!r} twice.")
    return dict(pairs)


def _prediction(where: str, raw: Any) -> Prediction:
    wanted = f"the keys {', '.join(REQUIRED)} and perhaps {', '.join(OPTIONAL)}"
    if not isinstance(raw, dict) or not set(REQUIRED) <= set(raw) <= {*REQUIRED, *OPTIONAL}:
        got = ", ".join(raw) if isinstance(raw, dict) else type(raw).__name__
        raise PredictionError(f"{where}: expected {wanted}, got {got}.")
    for key in REQUIRED:
        if not isinstance(raw[key], str) or not raw[key].strip():
            raise PredictionError(f"{where}: expected {key} as a text that is not empty, got {raw[key]!r}.")
    if "answer" in raw and not _is_answer(raw["answer"]):
        raise PredictionError(
            f"{where}: expected a number, a text, true, false or a list of numbers as answer, got {raw['answer']!r}."
        )
    tolerance = raw.get("tolerance", 0.0)
    if not _is_number(tolerance) or tolerance < 0:
        raise PredictionError(f"{where}: expected a number that is not negative as tolerance, got {tolerance!r}.")
    if "any_order" in raw and (raw["any_order"] is not True or not isinstance(raw.get("answer"), list)):
        raise PredictionError(f"{where}: expected any_order as true, beside a list of numbers as answer.")
    return Prediction(**raw)


def _is_answer(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(_is_number(number) for number in value)
    return isinstance(value, str | bool) or _is_number(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
