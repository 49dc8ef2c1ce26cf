"""Reading a submission: how large it may be."""

import json
import os

import pytest

from course_grader.repair import Notes, reading
from course_grader.repair.reading import Unreadable, read_notebook
from tests.tiny_course import tiny_notebook


@pytest.mark.parametrize("surplus", [0, 1], ids=["just inside", "just outside"])
def test_a_notebook_may_have_as_many_bytes_as_it_says_and_no_more(tmp_path, monkeypatch, surplus):
    path = tmp_path / "00_tiny.ipynb"
    path.write_text(json.dumps(tiny_notebook()).ljust((1 << 20) + surplus))
    monkeypatch.setattr(reading, "MAX_MB", 1)
    if surplus:
        with pytest.raises(Unreadable, match="larger than 1 MB; clear its outputs"):
            read_notebook(path, Notes())
    else:
        assert len(read_notebook(path, Notes()).cells) == len(tiny_notebook().cells)


@pytest.mark.parametrize(("size", "words"), [(50 << 20, "not valid JSON"), ((50 << 20) + 1, "larger than 50 MB")])
def test_the_limit_is_50_mb_and_is_asked_before_anything_is_read(tmp_path, monkeypatch, size, words):
    path = tmp_path / "00_tiny.ipynb"
    path.touch()
    os.truncate(path, size)  # zeros that take no room on the disk
    if size > 50 << 20:
        monkeypatch.setattr(type(path), "read_bytes", lambda self: pytest.fail("read all the same"))
    with pytest.raises(Unreadable, match=words):
        read_notebook(path, Notes())
