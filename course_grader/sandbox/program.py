"""Finds the bubblewrap program."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

NO_BUBBLEWRAP = (
    "Grading needs bubblewrap (the command `bwrap`). It is neither on PATH nor in {places}, and $COURSE_BWRAP does not "
    "point to it. Run `make setup`, which installs it if possible, or install it yourself: `sudo apt-get install "
    "bubblewrap` (Debian, Ubuntu), `sudo dnf install bubblewrap` (Fedora, RHEL)."
)


class SandboxUnavailable(RuntimeError):
    """Untrusted code cannot be isolated on this machine. The message says what is missing and how to fix it."""


def find_bubblewrap() -> str:
    """Path of the bwrap program: $COURSE_BWRAP, or on PATH, or unpacked in the environment or beside the packages."""
    places = [Path(sys.prefix, "libexec/bwrap"), Path(__file__).parents[2] / "libexec/bwrap"]
    for candidate in (os.environ.get("COURSE_BWRAP"), shutil.which("bwrap"), *map(str, places)):
        if candidate and os.access(candidate, os.X_OK):
            return candidate
    raise SandboxUnavailable(NO_BUBBLEWRAP.format(places=" or ".join(str(place.parent) for place in places)))
