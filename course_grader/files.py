"""Files: opened without following links, and written so that readers never see half of one."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import IO


class NotRegular(OSError):
    """A link, a pipe, a device or a folder in the place of a file."""


def open_regular(path: Path) -> IO[bytes]:
    """Open a file that a student handed in: a link could lead to a solution, and a pipe would keep the reader waiting.

    NotRegular for these; OSError if the file cannot be opened.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):  # a link; a socket, or a device that does not exist
            raise NotRegular(error.errno, "not a regular file", str(path)) from None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotRegular(errno.EINVAL, "not a regular file", str(path))
    return open(descriptor, "rb")


def write_in_one_step(path: Path, text: str, encoding: str = "utf-8") -> None:
    """Write `text` to `path`, whose folder is made if it is missing: readers see the old file or the new one.

    OSError if it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = draft_of(path)
    draft.write_text(text, encoding=encoding)
    draft.replace(path)


def draft_of(path: Path) -> Path:
    """Where this process writes the file before it takes its place."""
    return path.with_name(f"{path.name}.{os.getpid()}.part")
