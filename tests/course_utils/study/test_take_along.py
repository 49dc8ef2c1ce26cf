"""Flashcards as files: what a flashcard program reads from them."""

import csv
import sqlite3
import sys
import zipfile

import pytest

from course_utils.study import StudyTextError, save_flashcards, texts_file

LAB = "01_tensor_basics"


@pytest.fixture(scope="module")
def cards():
    return texts_file.load(LAB, texts_file.FOLDER).flashcards


def test_a_csv_file_has_settings_for_anki_and_a_row_for_each_card(tmp_path, cards):
    lines = save_flashcards(LAB, tmp_path / "new" / "cards.csv").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["#separator:Comma", "#html:true"]
    rows = list(csv.reader(lines[2:]))
    assert len(rows) == len(cards)
    assert all(len(row) == 2 and all(row) for row in rows)


def test_code_stays_code_and_signs_stay_signs(tmp_path, monkeypatch):
    card = texts_file.Card("Is `a < b` a tensor, if a < b?", 'Yes, "both"')
    monkeypatch.setattr(texts_file, "load", lambda lab, folder: texts_file.StudyTexts((), (card,)))
    rows = list(csv.reader(save_flashcards(LAB, tmp_path / "c.csv").read_text().splitlines()[2:]))
    assert rows == [["Is <code>a &lt; b</code> a tensor, if a &lt; b?", "Yes, &quot;both&quot;"]]


class TestDeck:
    @pytest.fixture(autouse=True)
    def _genanki(self):
        pytest.importorskip("genanki")

    def notes(self, path, folder):
        zipfile.ZipFile(path).extract("collection.anki2", folder)
        with sqlite3.connect(folder / "collection.anki2") as collection:
            return collection.execute("select guid, flds from notes order by guid").fetchall()

    def test_it_has_a_note_for_each_card(self, tmp_path, cards):
        notes = self.notes(save_flashcards(LAB, tmp_path / "cards.apkg"), tmp_path)
        assert len({guid for guid, _ in notes}) == len(cards)
        assert all(fields.count("\x1f") == 1 for _, fields in notes)

    def test_a_later_version_updates_the_same_notes(self, tmp_path):
        first, second = (self.notes(save_flashcards(LAB, tmp_path / f"{n}.apkg"), tmp_path) for n in "ab")
        assert first == second


def test_without_genanki_the_message_names_the_other_format(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "genanki", None)
    with pytest.raises(ImportError, match=r"pip install genanki.*\.csv"):
        save_flashcards(LAB, tmp_path / "cards.apkg")


def test_another_ending_or_lab_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"ends in \.csv or \.apkg, got 'cards\.txt'"):
        save_flashcards(LAB, tmp_path / "cards.txt")
    with pytest.raises(StudyTextError, match="check the spelling"):
        save_flashcards("01_tensors", tmp_path / "cards.csv")
    assert list(tmp_path.iterdir()) == []
