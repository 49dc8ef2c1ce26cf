"""Opens files of a submission without following links, which could lead to other files, such as a solution."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import IO

from course_grader.files import NotRegular, open_regular


class NotPlain(Exception):
    """Something else, such as a link, instead of a regular file or folder; the message is a sentence."""


def expect_plain_folder(folder: Path) -> None:
    """Raises NotPlain if the lab's folder, or the student's above it, is not a real folder."""
    for path in (folder.parent, folder):
        mode = path.lstat().st_mode
        if not stat.S_ISDIR(mode):
            raise NotPlain(f"The folder {path.name} is {_kind(mode)}: hand in the files themselves.")


def open_plain(path: Path) -> IO[bytes]:
    """Open a regular file for reading; raises NotPlain for anything else, and never blocks on a pipe."""
    mode = path.lstat().st_mode
    if not stat.S_ISREG(mode):
        raise NotPlain(f"{path.name} is {_kind(mode)}: hand in the file itself.")
    try:
        return open_regular(path)
    except NotRegular:  # it has just been replaced
        raise NotPlain(f"{path.name} is not a regular file: hand in the file itself.") from None


def _kind(mode: int) -> str:
    kinds = {
        stat.S_IFLNK: "a link", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device", stat.S_IFDIR: "a folder", stat.S_IFREG: "a file",
    }  # fmt: skip
    return kinds.get(stat.S_IFMT(mode), "not a regular file")
