"""Where the bubblewrap program is."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

NO_BUBBLEWRAP = (
    "Grading needs bubblewrap (the command `bwrap`), which is neither on PATH, nor in {places}, nor named by "
    "$COURSE_BWRAP. Run `make setup`, which fetches it where it can, or install it: `sudo apt-get install bubblewrap` "
    "(Debian, Ubuntu), `sudo dnf install bubblewrap` (Fedora, RHEL)."
)


class SandboxUnavailable(RuntimeError):
    """Untrusted code cannot be confined here. The message says what is missing and the command that mends it."""


def find_bubblewrap() -> str:
    """Path of the bwrap program: $COURSE_BWRAP, else PATH, else unpacked beside the environment or the project."""
    places = [Path(sys.prefix, "libexec/bwrap"), Path(__file__).parents[2] / "libexec/bwrap"]
    for candidate in (os.environ.get("COURSE_BWRAP"), shutil.which("bwrap"), *map(str, places)):
        if candidate and os.access(candidate, os.X_OK):
            return candidate
    raise SandboxUnavailable(NO_BUBBLEWRAP.format(places=" or ".join(str(place.parent) for place in places)))
