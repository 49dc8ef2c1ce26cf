"""Files that students hand in are opened only if they are files."""

import os
import socket

import pytest

from course_grader.files import NotRegular, open_regular


def test_a_file_is_opened(tmp_path):
    (tmp_path / "data.txt").write_bytes(b"1, 2")
    with open_regular(tmp_path / "data.txt") as file:
        assert file.read() == b"1, 2"


def make_link(path):
    (path.parent / "solution.py").write_text("secret")
    path.symlink_to("solution.py")


def make_socket(path):
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(path))  # a socket's path must be short


OTHERS = {"link": make_link, "pipe": os.mkfifo, "folder": os.mkdir, "socket": make_socket}


@pytest.mark.parametrize("make", OTHERS.values(), ids=OTHERS)
def test_nothing_else_is(tmp_path, make, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = len(os.listdir("/proc/self/fd"))
    make(tmp_path / "data.txt")
    with pytest.raises(NotRegular):
        open_regular(tmp_path / "data.txt")
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_missing_file_is_another_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "data.txt")
