"""Small changes to the reference's answers, made by poodle's operators: the tests must notice each of them."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from course_grader.errors import CourseError


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
    diff = changed_lines(source, code)
    line = next((line for line in diff if line.startswith("+")), diff[0])
    return Mutant(exercise, line[1:].strip(), code, "\n".join(diff))


def changed_lines(old: str, new: str) -> list[str]:
    """The lines that differ, as in a diff: with - or + before them."""
    diff = difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")
    return [line for line in diff if line[:3] not in ("---", "+++") and not line.startswith("@@")]
