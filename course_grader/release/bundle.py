"""The release of a course for students: a folder, the same as a zip file, the wheel, checksums and release notes."""

from __future__ import annotations

import re
import shutil
import tempfile
import tomllib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import nbformat

from course_grader.errors import CourseError
from course_grader.notebooks import find_lab, lab_names
from course_grader.release.archive import write_checksums, write_text, zip_folder
from course_grader.release.colab import colab_copy
from course_grader.release.course_settings import DISTRIBUTION, WHEEL, course_settings
from course_grader.release.leaks import expect_no_leak
from course_grader.release.making import differences
from course_grader.release.published import expect_published
from course_grader.release.secrets import secrets_of
from course_utils._version import __version__

NAME = f"{DISTRIBUTION}-{__version__}"
# What pip and conda need to install the course from the folder, and what a student may want to read.
_ROOT_FILES = ("LICENSE", "CHANGELOG.md", "pyproject.toml", "constraints.txt", "environment.yml")


@dataclass(frozen=True)
class Release:
    """What was written, as paths."""

    folder: Path
    archive: Path
    wheel: Path
    checksums: Path
    notes: Path


def make_release(root: Path, names: Sequence[str], to: Path, published: bool = True) -> Release:
    """Write the release of the labs `names` (default: all) into the folder `to`; nothing is written if it is refused.

    published: also check that the address which the labs install the course from exists. Raises CourseError if labs/
    is out of step with solutions/, the wheel is missing or old, the changelog lacks this version, or the address does
    not exist; LeakError if a file contains a secret. The same course gives the same bytes.
    """
    root, to = root.resolve(), to.resolve()
    wheel, notes = _own_wheel(root), changelog_section(root)
    chosen = [find_lab(name, root).name for name in names or lab_names(root)]
    _expect_in_step(root)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / NAME
        _assemble(root, chosen, wheel, folder)
        expect_no_leak(folder, secrets_of(root, chosen))
        if published:
            expect_published(course_settings(root).install, wheel)
        write_checksums(folder, sorted(path for path in folder.rglob("*") if path.is_file()))
        return _write(folder, wheel, notes, to)


def changelog_section(root: Path) -> str:
    """This version's part of CHANGELOG.md, without its heading. CourseError if there is none."""
    path = root / "CHANGELOG.md"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    found = re.search(rf"^## \[{re.escape(__version__)}\][^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if not found:
        raise CourseError(f"{path}: expected a section `## [{__version__}] - DATE` for this version, found none")
    return found[1].strip() + "\n"


def _own_wheel(root: Path) -> Path:
    """dist/WHEEL, made from this course_utils."""
    path = root / "dist" / WHEEL
    if not path.is_file():
        raise CourseError(f"{path} does not exist; make it with: make wheel")
    with zipfile.ZipFile(path) as archive:
        packed = {name: archive.read(name) for name in archive.namelist() if name.startswith("course_utils/")}
    own = {file.relative_to(root).as_posix(): file.read_bytes() for file in package_files(root)}
    if packed != own:
        changed = sorted(name for name in packed.keys() | own.keys() if packed.get(name) != own.get(name))
        raise CourseError(
            f"{path} differs from course_utils ({', '.join(changed[:3])}); make it again with: make wheel"
        )
    return path


def package_files(root: Path) -> list[Path]:
    """The files of course_utils that its wheel contains: modules, and what pyproject.toml lists as package data."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8")).get("tool", {})
    data = settings.get("setuptools", {}).get("package-data", {}).get("course_utils", [])
    found = {path for pattern in ("**/*.py", *data) for path in (root / "course_utils").glob(pattern)}
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(root).parts))


def _expect_in_step(root: Path) -> None:
    if found := differences(root):
        raise CourseError(f"out of step with solutions/: {', '.join(found)}; make them again with: course-grader labs")


def _assemble(root: Path, names: Sequence[str], wheel: Path, folder: Path) -> None:
    for name in _ROOT_FILES:
        if (root / name).is_file():
            _copy(root / name, folder / name)
    for path in package_files(root):
        _copy(path, folder / path.relative_to(root))
    for name in names:
        for path in sorted((root / "labs" / name).rglob("*")):
            if path.is_file():
                _copy(path, folder / path.relative_to(root))
        notebook = nbformat.read(find_lab(name, root).release_path, as_version=4)
        write_text(folder / "colab" / f"{name}.ipynb", nbformat.writes(colab_copy(notebook, name)) + "\n")
    _copy(wheel, folder / wheel.name)
    readme = resources.files("course_grader.release").joinpath("student_readme.md").read_text(encoding="utf-8")
    readme = readme.replace("{version}", __version__).replace("{wheel}", wheel.name)
    write_text(folder / "README.md", readme.replace("{labs}", "\n".join(f"- {name}" for name in names)))


def _copy(source: Path, target: Path) -> None:
    if source.is_symlink():
        raise CourseError(f"{source} is a link; expected a file, since a link may lead out of the course")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _write(folder: Path, wheel: Path, notes: str, to: Path) -> Release:
    to.mkdir(parents=True, exist_ok=True)
    target = to / NAME
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target)
    archive = zip_folder(target, to / f"{NAME}.zip")
    shutil.copyfile(wheel, to / wheel.name)
    write_text(to / "RELEASE_NOTES.md", notes)
    checksums = write_checksums(to, [to / wheel.name, archive])
    return Release(target, archive, to / wheel.name, checksums, to / "RELEASE_NOTES.md")
