"""Checks that what the labs' setup cells install in Colab has been published."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from course_grader.errors import CourseError
from course_grader.release.course_settings import Install

_SECONDS = 60


def expect_published(install: Install, wheel: Path) -> None:
    """Raises CourseError unless the tag exists, the wheel's address serves `wheel`, or the index has this version."""
    check = {"tag": _tag, "wheel": _wheel, "index": _index}[install.kind]
    if problem := check(install, wheel):
        raise CourseError(
            f"{problem}. The labs install the course from there (`install` in [tool.course] of pyproject.toml). "
            "Publish it first, or use --unpublished to make the release that you then publish"
        )


def _tag(install: Install, _wheel: Path) -> str:
    address, _, tag = install.arguments[0].removeprefix("git+").rpartition("@")
    command = ["git", "-c", "credential.helper=", "ls-remote", "--exit-code", address, f"refs/tags/{tag}"]
    found = _run(command)
    if found.returncode == 2:
        return f"{address} has no tag {tag}"
    return f"{address} cannot be read: {_last_line(found.stderr)}" if found.returncode else ""


def _wheel(install: Install, wheel: Path) -> str:
    try:
        with urllib.request.urlopen(install.address, timeout=_SECONDS) as answer:
            served = hashlib.file_digest(answer, "sha256").hexdigest()
    except (OSError, ValueError) as error:  # URLError is an OSError
        return f"{install.address} does not exist: {getattr(error, 'reason', error)}"
    own = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return "" if served == own else f"{install.address} serves another wheel than {wheel.name} (its checksum differs)"


def _index(install: Install, _wheel: Path) -> str:
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--no-cache-dir",
            "--retries=1",
            "--dest",
            folder,
        ]
        found = _run([*command, *install.arguments])
    return f"pip does not find {install}: {_last_line(found.stderr)}" if found.returncode else ""


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command, capture_output=True, text=True, timeout=_SECONDS, stdin=subprocess.DEVNULL,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 1, "", f"no answer within {_SECONDS} seconds")


def _last_line(text: str) -> str:
    return next((line for line in reversed(text.splitlines()) if line.strip()), "no reason was given")
