"""The folder that a kernel shares with the grader: its sockets, its connection file and the submission's files."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from course_grader.files import open_regular
from course_grader.in_sandbox.kernel import FILES

PREFIX = "course-grader-"
YOUNG = 60  # seconds; a new folder may not be locked yet
LONGEST = 60  # bytes; a socket's full path may have at most 107


def make_folder(uid: int | None, parent: str | None = None) -> str:
    """A new folder in `parent` or the temporary folder, owned by `uid` if given; remove it with remove_folder.

    Without `parent`, the folder is locked while this process lives, so that it is not taken for an abandoned one.
    """
    if parent:
        folder = tempfile.mkdtemp(prefix="kernel-", dir=parent)
    else:
        parent = os.path.realpath(tempfile.gettempdir())
        parent = parent if len(parent) <= LONGEST else "/tmp"
        remove_abandoned(parent)
        folder = tempfile.mkdtemp(prefix=PREFIX, dir=parent)
        _locks[folder] = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        _lock(_locks[folder])
    give(folder, uid)
    return folder


_locks: dict[str, int] = {}


def remove_folder(folder: str) -> None:
    """Remove a folder and its contents, without following links; does nothing if it does not exist."""
    shutil.rmtree(folder, ignore_errors=True)
    if folder in _locks:
        os.close(_locks.pop(folder))


def remove_abandoned(parent: str) -> None:
    """Remove folders in `parent` that killed graders left behind."""
    for entry in list(os.scandir(parent)):
        if entry.name.startswith(PREFIX) and entry.is_dir(follow_symlinks=False) and _is_abandoned(entry.path):
            remove_folder(entry.path)


def _is_abandoned(folder: str) -> bool:
    try:
        with _opened(folder) as descriptor:
            return time.time() - os.fstat(descriptor).st_mtime > YOUNG and _lock(descriptor)
    except OSError:  # it is just being removed, or belongs to another user
        return False


@contextmanager
def _opened(folder: str) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Lock an open folder; False if another process has locked it."""
    import fcntl  # not on Windows, where this module must still be importable

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def give(path: str, uid: int | None) -> None:
    """Make `uid` the owner of one file. Links are not followed, since a submission may have created them."""
    if uid is not None:
        os.lchown(path, uid, uid)


def share_socket(path: str) -> None:
    """Let the kernel connect to a unix socket that the grader has bound in the kernel's folder.

    Needed when grading as root, because the kernel runs as another user; otherwise it does nothing.
    """
    owner = os.lstat(os.path.dirname(path))
    if owner.st_uid != os.geteuid():
        os.lchown(path, owner.st_uid, owner.st_gid)


def show_files(folder: Path, source: Path, names: Iterable[str]) -> None:
    """Copy files of a submission into a kernel's folder before it starts; the kernel sees them in its working folder.

    names: paths within `source`. OSError if something else, such as a link, has taken a file's place meanwhile.
    """
    for name in names:
        target = folder / FILES / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with open_regular(source / name) as file:
            target.write_bytes(file.read())
        target.chmod(0o444)
