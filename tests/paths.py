"""Where the course lies, and whether its sandbox works here."""

from functools import cache
from pathlib import Path

from course_grader.sandbox import SandboxUnavailable, check

ROOT = Path(__file__).resolve().parents[1]


@cache
def sandbox_missing() -> str:
    """Why the sandbox cannot start here; empty where it can."""
    try:
        check()
    except SandboxUnavailable as error:
        return str(error)
    return ""
