"""How this student calls the commands: by make, or as course-lab."""

from __future__ import annotations

import os


def spelled(*words: str) -> str:
    """The command for `words` ("LAB", or "again", "LAB"), as this user gives it: make's environment is not on PATH."""
    if "MAKELEVEL" not in os.environ:  # set by make
        return " ".join(["course-lab", *words])
    target, lab = words[:-1] or ("lab",), [f"LAB={name}" for name in words[-1:]]
    return " ".join(["make", *target, *lab])
