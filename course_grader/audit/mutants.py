"""Small changes to the reference's answers, made by poodle's operators: the tests must notice each of them."""

from __future__ import annotations

import ast
import difflib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from course_grader.errors import CourseError

EQUIVALENT_FILE = "equivalent_mutants.toml"
_KEYS = {"exercise", "line", "reason"}


@dataclass(frozen=True)
class Mutant:
    """An answer with one changed place. line: the changed source line, by which the mutant is known from run to run."""

    exercise: str
    line: str
    code: str
    diff: str


def mutants_of(source: str, exercise: str) -> list[Mutant]:
    """The mutants of a solution cell, in order. Texts that students only read (docstrings, errors) stay as they are."""
    tree = ast.parse(source)
    prose = list(_prose(tree))
    found: dict[str, Mutant] = {}
    for change in _changes(source):
        if any(first <= _start(change) and _end(change) <= last for first, last in prose):
            continue
        code = _applied(source, change)
        changed = _parsed(code)
        if code not in found and changed and ast.dump(changed) != ast.dump(tree):
            found[code] = _mutant(exercise, source, code)
    return list(found.values())


def equivalent_mutants(folder: Path, exercises: list[str]) -> dict[tuple[str, str], str]:
    """The reasons in a lab's `equivalent_mutants.toml`, by exercise and changed line; empty without such a file."""
    path = folder / EQUIVALENT_FILE
    if not path.is_file():
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise CourseError(f"{path}: {error}") from None
    if set(content) - {"mutant"} or not isinstance(content.get("mutant", []), list):
        raise CourseError(f"{path}: expected only [[mutant]] tables")
    reasons: dict[tuple[str, str], str] = {}
    for number, entry in enumerate(content.get("mutant", []), start=1):
        if problem := _problem(entry, exercises, reasons):
            raise CourseError(f"{path}, mutant {number}: {problem}")
        reasons[entry["exercise"], entry["line"].strip()] = entry["reason"].strip()
    return reasons


def _problem(entry: Any, exercises: list[str], reasons: dict[tuple[str, str], str]) -> str:
    """What is wrong with an entry of the file; empty if nothing is."""
    if not isinstance(entry, dict) or set(entry) != _KEYS:
        return "expected the keys exercise, line and reason"
    if not all(isinstance(value, str) and value.strip() for value in entry.values()):
        return "expected a text for each key"
    if entry["exercise"] not in exercises:
        return f"no exercise {entry['exercise']!r}; expected one of {', '.join(exercises)}"
    return "a second entry for this line" if (entry["exercise"], entry["line"].strip()) in reasons else ""


def _changes(source: str) -> Iterator[Any]:
    try:
        from poodle import mutate
    except ImportError:
        raise CourseError("mutants need the package poodle; install it, or use --quick") from None

    config = SimpleNamespace(mutator_opts={}, skip_mutators=[], add_mutators=[])
    work: Any = SimpleNamespace(config=config, echo=lambda *_args, **_kwargs: None)
    for mutator in mutate.initialize_mutators(work):
        create: Any = getattr(mutator, "create_mutations", mutator)
        yield from create(parsed_ast=ast.parse(source), file_lines=source.splitlines(keepends=True))


def _prose(tree: ast.AST) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Where texts are: docstrings and the arguments of `raise`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield _start(node), _end(node)
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            for argument in node.exc.args:
                yield _start(argument), _end(argument)


def _start(place: Any) -> tuple[int, int]:
    return place.lineno, place.col_offset


def _end(place: Any) -> tuple[int, int]:
    return place.end_lineno, place.end_col_offset


def _applied(source: str, change: Any) -> str:
    lines = source.splitlines()
    before = _bytes(lines[change.lineno - 1], None, change.col_offset)
    after = _bytes(lines[change.end_lineno - 1], change.end_col_offset, None)
    lines[change.lineno - 1 : change.end_lineno] = (before + change.text + after).splitlines()
    return "\n".join(lines)


def _bytes(line: str, start: int | None, end: int | None) -> str:
    """A part of a line, by ast's offsets, which count bytes."""
    return line.encode()[start:end].decode()


def _parsed(code: str) -> ast.AST | None:
    """The syntax tree; None for code that is not valid Python, such as `None = 0`, which poodle makes of `a[i] = 0`."""
    try:
        return ast.parse(code)
    except SyntaxError:
        return None


def _mutant(exercise: str, source: str, code: str) -> Mutant:
    old, new = source.splitlines(), code.splitlines()
    changes = [line for line in difflib.unified_diff(old, new, n=0, lineterm="") if line[:3] not in ("---", "+++")]
    changed = [line for line in changes if not line.startswith("@@")]
    line = next((line for line in changed if line.startswith("+")), changed[0])
    return Mutant(exercise, line[1:].strip(), code, "\n".join(changed))
