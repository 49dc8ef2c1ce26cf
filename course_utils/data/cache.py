"""Where downloaded data is kept, and how a file there is known to be whole: by the checksum recorded beside it."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from course_utils.data.errors import CourseDataError


def cache_folder() -> Path:
    """The environment variable COURSE_CACHE, else ~/.cache/deep-learning-labs; it need not exist yet."""
    chosen = os.environ.get("COURSE_CACHE")
    return Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "deep-learning-labs"


def file_sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def is_whole(path: Path) -> bool:
    """Whether the file is there and its bytes are those that `move_into_place` recorded."""
    record = _record_of(path)
    return path.is_file() and record.is_file() and record.read_text().split()[:1] == [file_sha256(path)]


def move_into_place(finished: Path, target: Path) -> None:
    """Give a file that was written completely, in the same folder, its final name, and record its checksum beside it.

    The record has the form that `sha256sum --check` reads.
    """
    _record_of(target).write_text(f"{file_sha256(finished)}  {target.name}\n")
    os.replace(finished, target)  # last: a record without its file is harmless


def remove(path: Path) -> None:
    """Remove a file and its record."""
    path.unlink(missing_ok=True)
    _record_of(path).unlink(missing_ok=True)


def _record_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Around the writing of `path`: what the operating system says becomes a CourseDataError with what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            advice = "free some space there, or set the environment variable COURSE_CACHE to a folder on a larger disk"
        else:
            advice = "make the folder writable, or set the environment variable COURSE_CACHE to one that is"
        raise CourseDataError(f"{path} could not be written ({error.strerror or error}): {advice}") from error
