"""How much of a submission is read: the limits just inside and just outside."""

import json

import pytest

from course_grader.repair import json_selection
from course_grader.repair.notes import Notes
from course_grader.repair.reading import MAX_FILE_MB, Unreadable, read_notebook
from tests.tiny_course import LAB, cell_named, tiny_notebook


def kept_text(path):
    """Characters that are kept of the notebook at `path`, as the reader counts them."""
    counted = []
    with pytest.MonkeyPatch.context() as patch:
        original = json_selection.Kept.add
        patch.setattr(
            json_selection.Kept, "add", lambda self, value: (original(self, value), counted.append(self.characters))
        )
        read_notebook(path, Notes())
    return counted[-1]


@pytest.fixture
def notebook_of(tmp_path):
    """Writes a notebook whose kept text has so many characters more than the limit."""

    def write(excess):
        path = tmp_path / f"{LAB}.ipynb"
        notebook = tiny_notebook()
        path.write_text(json.dumps(notebook))
        missing = (50 << 20) + excess - kept_text(path)
        cell_named(notebook, "goodbye").source += "#" * missing
        path.write_text(json.dumps(notebook))
        return path

    return write


def test_50_mb_of_text_are_read(notebook_of):
    assert read_notebook(notebook_of(0), Notes()).cells


def test_one_character_more_is_refused(notebook_of):
    with pytest.raises(Unreadable, match="has more than 50 MB of text, without its outputs"):
        read_notebook(notebook_of(1), Notes())


@pytest.mark.parametrize(("excess", "words"), [(0, "is not valid JSON"), (1, f"over {MAX_FILE_MB} MB")])
def test_the_size_of_the_file_is_looked_at_before_anything_is_read(tmp_path, excess, words):
    path = tmp_path / f"{LAB}.ipynb"
    with path.open("wb") as file:
        file.truncate((MAX_FILE_MB << 20) + excess)  # zeros that take no room on the disk
    with pytest.raises(Unreadable, match=words):
        read_notebook(path, Notes())


NOT_STRICT = '"seconds": NaN, '  # which Python writes into notebooks, and only Python reads


def write_not_strict(path, **metadata):
    """The tiny notebook as a file that is not strictly JSON, with more metadata in its first cell."""
    notebook = tiny_notebook()
    notebook.cells[0].metadata |= metadata
    path.write_text(json.dumps(notebook).replace('"cells"', f'{NOT_STRICT}"cells"', 1))
    return path


@pytest.mark.parametrize(
    ("tags", "words"),
    [([[]] * 300_000, "more than 200,000 values in its cells"), (["x" * 1000] * 3, ""), ("DEEP", "nested too deeply")],
)
def test_a_file_that_is_not_strictly_json_has_the_same_limits(tmp_path, tags, words):
    path = write_not_strict(tmp_path / f"{LAB}.ipynb", tags=tags)
    path.write_text(path.read_text().replace('"DEEP"', "[" * 300 + "]" * 300))
    if not words:
        assert read_notebook(path, Notes()).cells
        return
    with pytest.raises(Unreadable, match=words):
        read_notebook(path, Notes())


def test_a_large_file_that_is_not_strictly_json_is_not_called_cut_off_in_the_middle(tmp_path):
    path = write_not_strict(tmp_path / f"{LAB}.ipynb", picture="x" * (21 << 20))
    with pytest.raises(Unreadable, match=r"NaN in an output\) and over 20 MB: clear its outputs"):
        read_notebook(path, Notes())
