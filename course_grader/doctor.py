"""Checks this machine: one line per check, with what to do if it fails."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement

from course_grader.errors import CourseError
from course_grader.grading.lab_limits import cost_of
from course_grader.notebooks import find_lab, lab_names
from course_grader.report.text import plural
from course_grader.runner.executor import default_workers
from course_grader.sandbox import SandboxUnavailable, check, find_gpus
from course_grader.sandbox.cgroup import CgroupUnavailable, parent_group

DISTRIBUTION = "deep-learning-labs"
PYTHONS = ((3, 11), (3, 13))
MIN_FREE_GB = 2.0
DELEGATE = "start grading with systemd-run --user --scope -p Delegate=yes, or as root where cgroup v2 is in use"


@dataclass(frozen=True)
class Check:
    """The result of one check. ok: False only if grading cannot work. advice: what to do."""

    name: str
    ok: bool
    text: str
    advice: str = ""

    def __str__(self) -> str:
        advice = f" -> {self.advice}" if self.advice else ""
        return f"{'✓' if self.ok else '✗'} {self.name}: {self.text}{advice}"


def examine(root: Path) -> list[Check]:
    """All checks of this machine and of the course at `root`."""
    checks: list[Callable[[], Check]] = [
        python, packages, sandbox, memory_limit, tools, lambda: labs(root), lambda: gradebook(root), gpu,
        lambda: disk(root),
    ]  # fmt: skip
    return [run() for run in checks] + costs(root)


def python() -> Check:
    now, (least, most) = sys.version_info[:2], PYTHONS
    wanted = " to ".join(f"{major}.{minor}" for major, minor in PYTHONS)
    advice = "" if least <= now <= most else f"run make setup PYTHON=... with Python {wanted}"
    return Check("Python", not advice, ".".join(map(str, sys.version_info[:3])), advice)


def packages() -> Check:
    """Whether the packages that the course requires are installed."""
    try:
        required = requires(DISTRIBUTION) or []
    except PackageNotFoundError:
        return Check("packages", False, f"{DISTRIBUTION} is not installed", "run make setup")
    wrong = sorted(_unmet(map(Requirement, required)))
    if wrong:
        return Check("packages", False, "; ".join(wrong), "run make setup")
    return Check("packages", True, f"{DISTRIBUTION} {version(DISTRIBUTION)} and all its requirements")


def _unmet(required: Iterator[Requirement]) -> Iterator[str]:
    for requirement in required:
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
        return Check("sandbox", False, "student code cannot be isolated on this machine", str(problem))
    return Check("sandbox", True, "bubblewrap works")


def memory_limit() -> Check:
    """What bounds a submission's memory. The fallback is safe, so this check never fails."""
    try:
        parent = parent_group()
    except CgroupUnavailable as reason:
        text = f"a watchdog adds up memory, page tables and socket buffers; no memory cgroup (v2): {reason}"
        return Check("memory limit", True, text, "optional: " + DELEGATE)
    return Check("memory limit", True, f"a memory cgroup (v2) for each kernel, below {parent}, and a watchdog")


def costs(root: Path) -> list[Check]:
    """For each lab, what one submission can cost at most, by its lab.toml."""
    workers = default_workers()
    return [_cost(root, name, workers) for name in lab_names(root)]


def _cost(root: Path, name: str, workers: int) -> Check:
    try:
        cost = cost_of(find_lab(name, root).settings)
    except CourseError as mistake:
        return Check(name, False, "lab.toml cannot be read", str(mistake))
    text = (
        f"at most {cost.seconds:,} s, {cost.memory_mb:,} MB memory, {cost.disk_mb:,} MB disk per submission; "
        f"with {workers} at a time (--workers), {workers * cost.memory_mb:,} MB memory"
    )
    return Check(name, True, text)


def tools() -> Check:
    """nbgrader runs the alembic command when it creates a gradebook."""
    beside = Path(sys.executable).with_name("alembic")
    if beside.exists() or shutil.which("alembic"):
        return Check("nbgrader", True, f"{version('nbgrader')}, with alembic")
    return Check("nbgrader", False, "alembic is neither beside Python nor on PATH", "run make setup")


def labs(root: Path) -> Check:
    names = lab_names(root)
    unreleased = [name for name in names if not (root / "labs" / name / f"{name}.ipynb").is_file()]
    if not names:
        return Check("labs", False, f"no labs in {root / 'solutions'}", "expected solutions/NAME/NAME.ipynb")
    advice = f"run course-grader labs to release {', '.join(unreleased)}" if unreleased else ""
    return Check("labs", True, ", ".join(names), advice)


def gradebook(root: Path) -> Check:
    """nbgrader's default gradebook. A database elsewhere (db_url) is not checked."""
    path = root / "gradebook.db"
    read_only = [str(place) for place in (root, path) if place.exists() and not os.access(place, os.W_OK)]
    if read_only:
        return Check("gradebook", False, "grades cannot be saved", f"make {' and '.join(read_only)} writable")
    if not path.exists():
        return Check("gradebook", True, "none yet; grading creates it")
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            count = database.execute("SELECT count(*) FROM assignment").fetchone()[0]
    except sqlite3.Error as error:
        return Check("gradebook", False, f"{path} cannot be read ({error})", "try nbgrader db upgrade")
    return Check("gradebook", True, f"{path}, assignments: {count}")


def gpu() -> Check:
    """Whether `--gpu` would find one. Grading does not need a GPU, so this check never fails."""
    try:
        number = len(find_gpus().uuids)
    except SandboxUnavailable as problem:
        if shutil.which("nvidia-smi") is None:
            return Check("GPU", True, "none; grading does not need one")
        return Check("GPU", True, "none that --gpu can use; grading does not need one", str(problem))
    return Check("GPU", True, f"{plural(number, 'GPU')} for --gpu")


def disk(root: Path) -> Check:
    free = shutil.disk_usage(root).free / 1e9
    advice = "" if free >= MIN_FREE_GB else f"free another {MIN_FREE_GB - free:.1f} GB for graded notebooks"
    return Check("disk", not advice, f"{free:.1f} GB free", advice)
