"""Makes labs in a scratch folder and then moves them to labs/, so that a release is never incomplete."""

from __future__ import annotations

import filecmp
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory

from course_grader.errors import CourseError
from course_grader.files import write_in_one_step
from course_grader.notebooks import find_lab, lab_names
from course_grader.release.converters import ConverterLog, course_config, run_converter
from course_grader.release.lint import lint
from course_grader.release.outline import OUTLINE, outline_text


class LintError(CourseError):
    """A reference notebook has problems that must be fixed before its lab is released."""


def make_labs(root: Path, names: Sequence[str] | None = None) -> list[Path]:
    """Make labs/NAME from solutions/ for each lab (default: all) and return the folders. Raises LintError, CourseError.

    If one lab fails, nothing changes. With all labs, released labs without a reference are removed.
    """
    root = Path(root).resolve()
    chosen = list(names) if names else lab_names(root)
    with _scratch(root) as scratch:
        _generate(root, chosen, scratch)
        for name in chosen:
            _swap(scratch / name, root / "labs" / name)
        if not names:
            _remove_orphans(root / "labs", chosen)
    write_in_one_step(root / OUTLINE, _outline(root))
    return [root / "labs" / name for name in chosen]


def differences(root: Path) -> list[str]:
    """Released files that differ from what solutions/ gives now, as paths within the course folder."""
    root = Path(root).resolve()
    with _scratch(root) as scratch:
        _generate(root, lab_names(root), scratch)
        found = [f"labs/{path}" for path in _tree_differences(scratch, root / "labs")]
    path = root / OUTLINE
    if not path.is_file() or path.read_text(encoding="utf-8") != _outline(root):
        found.append(OUTLINE.as_posix())
    return found


def _generate(root: Path, names: Sequence[str], folder: Path) -> None:
    """Run nbgrader's generate_assignment into `folder`, without a gradebook."""
    labs = [find_lab(name, root) for name in names]
    problems = [f"{lab.name}, {each}" for lab in labs for each in lint(lab.reference(), lab.settings.gpu_exercises)]
    if problems:
        raise LintError("not released:\n  " + "\n  ".join(problems))
    config, log = course_config(root), ConverterLog()
    config.GenerateAssignment.no_database = True
    config.SaveCells.enabled = False
    for name in names:
        directory = CourseDirectory(
            config=config, log=log, root=str(root), assignment_id=name, release_directory=str(folder)
        )
        if error := run_converter(GenerateAssignment, directory, config, log):
            raise CourseError(f"nbgrader could not make {name}: {error}")


@contextmanager
def _scratch(root: Path) -> Iterator[Path]:
    """A folder on the course's own file system, so that a finished lab can be moved in one step."""
    (root / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root / "build", prefix="labs-") as folder:
        labs = Path(folder) / "labs"
        labs.mkdir()
        yield labs


def _swap(new: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    old = new.with_name(f"{new.name}.old")
    if target.exists():
        os.replace(target, old)
    os.replace(new, target)


def _remove_orphans(labs: Path, names: Sequence[str]) -> None:
    for folder in labs.iterdir() if labs.is_dir() else ():
        if folder.is_dir() and folder.name not in names:
            shutil.rmtree(folder)


def _outline(root: Path) -> str:
    return outline_text({name: find_lab(name, root).reference() for name in lab_names(root)})


def _tree_differences(expected: Path, got: Path) -> list[str]:
    files = {path.relative_to(tree) for tree in (expected, got) for path in tree.rglob("*") if path.is_file()}
    return sorted(str(path) for path in files if not _same(expected / path, got / path))


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and filecmp.cmp(one, other, shallow=False)
