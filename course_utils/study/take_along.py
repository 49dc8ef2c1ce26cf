"""A lab's flashcards as a file for a flashcard program."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from course_utils.study import texts_file
from course_utils.study.markup import inline

if TYPE_CHECKING:
    import genanki

# Anki reads these lines as settings; other programs show them as rows that can be deleted.
ANKI_HEADER = "#separator:Comma\n#html:true\n"


def save_flashcards(lab: str, path: str | Path) -> Path:
    """Write the flashcards of `lab` to `path`, and return it.

    path: ends in .csv (a text file that Anki and most other flashcard programs import) or in .apkg (a deck for Anki,
        made by genanki: https://github.com/kerrickstaley/genanki).
    Raises ValueError for another ending, StudyTextError if the lab has no cards, ImportError without genanki.
    """
    path = Path(path)
    writers = {".csv": _write_csv, ".apkg": _write_deck}
    if path.suffix not in writers:
        raise ValueError(f"Expected a file name that ends in .csv or .apkg, got {path.name!r}.")
    cards = texts_file.load(lab, texts_file.FOLDER).flashcards
    path.parent.mkdir(parents=True, exist_ok=True)
    writers[path.suffix](lab, [(inline(card.front), inline(card.back)) for card in cards], path)
    return path


def _write_csv(lab: str, cards: list[tuple[str, str]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(ANKI_HEADER)
        csv.writer(file, lineterminator="\n").writerows(cards)


def _write_deck(lab: str, cards: list[tuple[str, str]], path: Path) -> None:
    genanki = _genanki()
    model = genanki.Model(
        _stable_id("model"),
        "Deep-learning labs",
        fields=[{"name": "Front"}, {"name": "Back"}],
        templates=[{"name": "Card", "qfmt": "{{Front}}", "afmt": "{{FrontSide}}<hr id=answer>{{Back}}"}],
        css=".card { font-family: sans-serif; font-size: 20px; text-align: center; }",
    )
    deck = genanki.Deck(_stable_id(lab), f"Deep-learning labs::{lab}")
    for front, back in cards:
        deck.add_note(genanki.Note(model=model, fields=[front, back], guid=genanki.guid_for(lab, front)))
    deck.write_to_file(path)


def _genanki() -> genanki:
    try:
        import genanki
    except ImportError:
        raise ImportError(
            "A deck for Anki is made by genanki, which is not installed: run `pip install genanki`, or save a .csv "
            "file, which Anki imports too."
        ) from None
    return genanki


def _stable_id(name: str) -> int:
    """The same id in each version of a deck, so that Anki updates cards and keeps what was learned."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16)
