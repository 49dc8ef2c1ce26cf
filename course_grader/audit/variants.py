"""Right and wrong answers besides the reference's: percent cells in solutions/NN_name/variants/<exercise>.py.

docs/writing-a-lab.md describes the format.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from course_grader.errors import CourseError
from course_grader.notebooks import Lab, is_solution_cell, nbgrader_metadata
from course_grader.python_source import parse

FOLDER = "variants"
HEADER = '`# %% name kind="misconception"`'
# A comment such as `# less than ...` is prose here, not an escaped magic command.
_PERCENT = {"extension": ".py", "format_name": "percent", "comment_magics": False}
_LAYOUT = {"lines_to_next_cell"}  # added by jupytext itself
_UNREAD = "incorrectly_encoded_metadata"  # where jupytext puts the part of a header that it cannot read
_KEYS = {"title", "kind", "also_affects", "hidden_because"}


class Kind(StrEnum):
    MISCONCEPTION = "misconception"  # a wrong answer that real students give
    ALTERNATIVE = "alternative"  # another right answer


@dataclass(frozen=True)
class Variant:
    """An answer to one exercise that differs from the reference's.

    explanation: what students read when their answer behaves like this misconception. code: the source of the whole
    solution cell. also_affects: other exercises that lose points because of it.
    hidden_because: why no visible test may fail for this misconception.
    """

    kind: Kind
    exercise: str
    name: str
    explanation: str
    code: str
    also_affects: tuple[str, ...] = ()
    hidden_because: str = ""

    @property
    def label(self) -> str:
        """The exercise and the name, as messages mention it."""
        return f"{self.exercise}, {self.name!r}"


def load_variants(lab: Lab) -> list[Variant]:
    """The lab's variants, exercises in notebook order. CourseError names the file and cell to correct."""
    cells = filter(is_solution_cell, lab.reference().cells)
    exercises = [nbgrader_metadata(cell)["grade_id"] for cell in cells]
    files = {path.stem: path for path in sorted((lab.source_folder / FOLDER).glob("*.py"))}
    if unknown := sorted(set(files) - set(exercises)):
        raise CourseError(
            f"{files[unknown[0]]}: {lab.name} has no exercise {unknown[0]!r}; "
            f"expected a file named after one of {', '.join(exercises)}"
        )
    present = [files[exercise] for exercise in exercises if exercise in files]
    return [variant for path in present for variant in read_variants(path, exercises)]


def read_variants(path: Path, exercises: list[str]) -> list[Variant]:
    """The variants in one file, which is named after its exercise. exercises: all exercises of the lab."""
    variants: dict[str, Variant] = {}
    for number, cell in enumerate(_cells(path), start=1):
        if number == 1 and _is_preamble(cell):
            continue
        place = f"{path}, cell {number}"
        if name := cell.metadata.get("title"):
            place += f" ({name})"
        try:
            variant = _variant(path.stem, cell, exercises)
            if variant.name in variants:
                raise CourseError("expected a name that no other cell of this file has")
        except CourseError as error:
            raise CourseError(f"{place}: {error}") from None
        variants[variant.name] = variant
    return list(variants.values())


def preamble(path: Path) -> str:
    """The code above the first header: names that the notebook defines and the answers in this file use."""
    return "\n".join(cell.source for cell in _cells(path)[:1] if _is_preamble(cell))


def _cells(path: Path) -> list[NotebookNode]:
    import jupytext  # slow; a grading run needs only FOLDER

    return jupytext.reads(path.read_text(encoding="utf-8"), fmt=_PERCENT).cells


def _is_preamble(cell: NotebookNode) -> bool:
    """Whether the cell has no header and only imports or assigns names."""
    if cell.cell_type != "code" or set(cell.metadata) - _LAYOUT:
        return False
    try:
        body = parse(cell.source).body
    except SyntaxError:
        return False
    return all(isinstance(node, ast.Import | ast.ImportFrom | ast.Assign) for node in body)


def _variant(exercise: str, cell: NotebookNode, exercises: list[str]) -> Variant:
    if cell.cell_type != "code":
        raise CourseError(f"a {cell.cell_type} cell; expected code, its explanation as comments under {HEADER}")
    kind, also_affects, hidden_because = _header(exercise, cell.metadata, exercises)
    explanation, code = _split(cell.source)
    if kind is Kind.MISCONCEPTION and not explanation:
        raise CourseError("no explanation; expected comment lines under the header that say what students read")
    if exercise not in _defined(code):
        raise CourseError(f"does not define {exercise!r}, the exercise that the file is named after")
    source = f"# Exercise: {exercise}\n{code}"
    return Variant(kind, exercise, cell.metadata["title"], explanation, source, also_affects, hidden_because)


def _header(exercise: str, metadata: dict[str, Any], exercises: list[str]) -> tuple[Kind, tuple[str, ...], str]:
    unread = [metadata[_UNREAD]] if _UNREAD in metadata else sorted(set(metadata) - _KEYS - _LAYOUT)
    if unread:
        raise CourseError(f"cannot read {', '.join(unread)} in the header; expected {HEADER}, and no `=` in the name")
    if not metadata.get("title"):
        raise CourseError(f"no name; expected {HEADER}")
    kind, also_affects = metadata.get("kind"), metadata.get("also_affects", [])
    if kind not in list(Kind):
        raise CourseError(f"kind is {kind!r}; expected {' or '.join(map(repr, map(str, Kind)))}")
    others = [name for name in exercises if name != exercise]
    if not isinstance(also_affects, list) or not all(name in others for name in also_affects):
        raise CourseError(f"also_affects is {also_affects!r}; expected a list of {', '.join(others)}")
    if kind == Kind.ALTERNATIVE and also_affects:
        raise CourseError("an alternative is a right answer, so it cannot have also_affects; remove it")
    return Kind(kind), tuple(also_affects), _hidden_because(Kind(kind), metadata)


def _hidden_because(kind: Kind, metadata: dict[str, Any]) -> str:
    if "hidden_because" not in metadata:
        return ""
    reason = metadata["hidden_because"]
    if kind is Kind.ALTERNATIVE:
        raise CourseError("an alternative fails no test, so it cannot have hidden_because; remove it")
    if not isinstance(reason, str) or not reason.strip():
        raise CourseError(f'hidden_because is {reason!r}; expected the reason, a string such as "it names the answer"')
    return reason.strip()


def _split(source: str) -> tuple[str, str]:
    """The comment lines at the top, joined into one line of prose, and the code below them."""
    lines = source.splitlines()
    end = next((place for place, line in enumerate(lines) if not line.startswith("#")), len(lines))
    prose = " ".join(line.lstrip("#").strip() for line in lines[:end])
    return prose.strip(), "\n".join(lines[end:]).strip()


def _defined(code: str) -> set[str]:
    """The names defined at the top level of the code."""
    try:
        body = parse(code).body
    except SyntaxError as error:
        raise CourseError(f"not valid Python: {error.msg}, line {error.lineno} of the code") from None
    targets = [target for node in body if isinstance(node, ast.Assign) for target in node.targets]
    definitions = [node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    return {node.name for node in definitions} | {node.id for node in targets if isinstance(node, ast.Name)}
