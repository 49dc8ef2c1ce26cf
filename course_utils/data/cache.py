"""Where downloaded data is stored, and how to tell that a file is intact: by the checksum recorded next to it."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from course_utils.data.errors import CourseDataError


def cache_folder() -> Path:
    """The folder in the environment variable COURSE_CACHE, else ~/.cache/deep-learning-labs; it may not exist yet."""
    chosen = os.environ.get("COURSE_CACHE")
    return Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "deep-learning-labs"


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def is_intact(path: Path) -> bool:
    """Whether the file exists and has the checksum that `move_into_place` recorded."""
    record = _record_of(path)
    return path.is_file() and record.is_file() and record.read_text().split()[:1] == [file_sha256(path)]


def move_into_place(finished: Path, target: Path) -> None:
    """Rename a completely written file to its final name in the same folder, and record its checksum next to it.

    The record is in the format of `sha256sum --check`.
    """
    _record_of(target).write_text(f"{file_sha256(finished)}  {target.name}\n")
    os.replace(finished, target)  # last, because a record without its file is harmless


def remove(path: Path) -> None:
    """Remove a file and its record."""
    path.unlink(missing_ok=True)
    _record_of(path).unlink(missing_ok=True)


def _record_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Wrap the writing of `path`: an OSError becomes a CourseDataError that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            advice = (
                "free some disk space there, or set the environment variable COURSE_CACHE to a folder on a larger disk"
            )
        else:
            advice = "make the folder writable, or set the environment variable COURSE_CACHE to a folder that is"
        raise CourseDataError(f"{path} could not be written ({error.strerror or error}): {advice}") from error
