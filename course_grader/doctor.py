"""Checks the machine before a class depends on it: one line each, with what to do."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

from course_grader.notebooks import lab_names
from course_grader.sandbox import SandboxUnavailable, check

DISTRIBUTION = "deep-learning-labs"
PYTHONS = ((3, 11), (3, 13))
MIN_FREE_GB = 2.0


@dataclass(frozen=True)
class Check:
    """One line. `ok` is False only for what keeps grading from working; `advice` says what to do about it."""

    name: str
    ok: bool
    text: str
    advice: str = ""

    def __str__(self) -> str:
        advice = f" -> {self.advice}" if self.advice else ""
        return f"{'✓' if self.ok else '✗'} {self.name}: {self.text}{advice}"


def examine(root: Path) -> list[Check]:
    """Every check on this machine and on the course at `root`."""
    checks: list[Callable[[], Check]] = [
        python, packages, sandbox, tools, lambda: labs(root), lambda: gradebook(root), gpu, lambda: disk(root),
    ]  # fmt: skip
    return [run() for run in checks]


def python() -> Check:
    now, (least, most) = sys.version_info[:2], PYTHONS
    wanted = "3.11 to 3.13"
    advice = "" if least <= now <= most else f"make setup PYTHON=... with Python {wanted}"
    return Check("Python", not advice, ".".join(map(str, sys.version_info[:3])), advice)


def packages() -> Check:
    """What the installed course asks for, against what is there."""
    try:
        asked = requires(DISTRIBUTION) or []
    except PackageNotFoundError:
        return Check("packages", False, f"{DISTRIBUTION} is not installed", "make setup")
    wrong = sorted(_unmet(map(Requirement, asked)))
    if wrong:
        return Check("packages", False, "; ".join(wrong), "make setup")
    return Check("packages", True, f"{DISTRIBUTION} {version(DISTRIBUTION)} with all it needs")


def _unmet(asked: Iterator[Requirement]) -> Iterator[str]:
    for requirement in asked:
        if requirement.marker and not requirement.marker.evaluate({"extra": "instructor"}):
            continue
        try:
            found = version(requirement.name)
        except PackageNotFoundError:
            yield f"{requirement.name} is missing"
            continue
        if not requirement.specifier.contains(found, prereleases=True):
            yield f"{requirement.name} is {found}, expected {requirement.specifier}"


def sandbox() -> Check:
    try:
        check()
    except SandboxUnavailable as problem:
        return Check("sandbox", False, "student code cannot be confined here", str(problem))
    return Check("sandbox", True, "bubblewrap starts, with namespaces of its own")


def tools() -> Check:
    """nbgrader calls alembic by name when it makes a gradebook."""
    beside = Path(sys.executable).with_name("alembic")
    if beside.exists() or shutil.which("alembic"):
        return Check("nbgrader", True, f"{version('nbgrader')}, with alembic")
    return Check("nbgrader", False, "alembic is not beside Python nor on PATH", "make setup")


def labs(root: Path) -> Check:
    names = lab_names(root)
    unreleased = [name for name in names if not (root / "labs" / name / f"{name}.ipynb").is_file()]
    if not names:
        return Check("labs", False, f"{root / 'solutions'} holds none", "solutions/NAME/NAME.ipynb is a lab")
    advice = f"course-grader labs makes labs/ for {', '.join(unreleased)}" if unreleased else ""
    return Check("labs", True, ", ".join(names), advice)


def gradebook(root: Path) -> Check:
    """nbgrader's default gradebook; one that db_url names elsewhere is for its own administrator to check."""
    path = root / "gradebook.db"
    closed = [str(place) for place in (root, path) if place.exists() and not os.access(place, os.W_OK)]
    if closed:
        return Check("gradebook", False, "grades cannot be saved", f"make {' and '.join(closed)} writable")
    if not path.exists():
        return Check("gradebook", True, "none yet; grading makes it")
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            count = database.execute("SELECT count(*) FROM assignment").fetchone()[0]
    except sqlite3.Error as error:
        return Check("gradebook", False, f"{path} cannot be read ({error})", "try: nbgrader db upgrade")
    return Check("gradebook", True, f"{path}, assignments: {count}")


def gpu() -> Check:
    """Grading needs none, so it is never at fault."""
    command = shutil.which("nvidia-smi")
    if command is None:
        return Check("GPU", True, "none; no score depends on one")
    query = [command, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    done = subprocess.run(query, capture_output=True, text=True, timeout=20, check=False)
    if done.returncode != 0:
        return Check("GPU", True, "nvidia-smi finds none that works; no score depends on one")
    return Check("GPU", True, "; ".join(done.stdout.strip().splitlines()))


def disk(root: Path) -> Check:
    free = shutil.disk_usage(root).free / 1e9
    advice = "" if free >= MIN_FREE_GB else f"free {MIN_FREE_GB - free:.1f} GB more for graded notebooks"
    return Check("disk", not advice, f"{free:.1f} GB free", advice)
