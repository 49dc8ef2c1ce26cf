"""The folder that a kernel shares with the grader: its sockets and connection file, nothing else."""

from __future__ import annotations

import os
import shutil
import tempfile

LONGEST = 60  # bytes; a socket's whole path must fit into 107


def make_folder(prefix: str, uid: int | None, parent: str | None = None) -> str:
    """A fresh folder in `parent` or where temporary files go, owned by `uid` if given; remove it with remove_folder."""
    if parent is None:
        parent = os.path.realpath(tempfile.gettempdir())
        parent = parent if len(parent) <= LONGEST else "/tmp"
    folder = tempfile.mkdtemp(prefix=prefix, dir=parent)
    give(folder, uid)
    return folder


def give(path: str, uid: int | None) -> None:
    """Make `uid` the owner of one file; a link, which a submission may have put there, is not followed."""
    if uid is not None:
        os.lchown(path, uid, uid)


def share_socket(path: str) -> None:
    """Let the kernel connect to a unix socket that the grader has bound in the kernel's folder.

    Only needed when grading as root, where the kernel runs as another user; harmless otherwise.
    """
    owner = os.lstat(os.path.dirname(path))
    if owner.st_uid != os.geteuid():
        os.lchown(path, owner.st_uid, owner.st_gid)


def remove_folder(folder: str) -> None:
    """Remove a folder and all in it (links are not followed); one that is gone already is fine."""
    shutil.rmtree(folder, ignore_errors=True)
