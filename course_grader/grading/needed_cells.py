"""Which cells grading can leave out: demonstrations and plots that no test and no answer needs.

Only the lab's own cells are left out, and only as the lab gives them: what a student wrote or changed always runs. A
given cell is needed if it

- belongs to an exercise, or has one of the tags with a meaning,
- defines a variable that a test or another needed cell uses, or assigns to its attributes or items,
- calls a method of a variable that a student's cell or a test uses, and so may change it,
- changes a setting for all later cells, such as torch.set_default_dtype, or writes a file, or
- cannot be analysed: magics, eval, exec, globals and the like.

The lab's tests do not need more than that: the reference passes them without its demonstrations, or it is not released.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from nbformat import NotebookNode

from course_grader.grading.names import Names, names_of
from course_grader.notebooks import (
    EXPERIMENT,
    has_tag,
    is_experiment,
    is_judged_cell,
    is_solution_cell,
    nbgrader_metadata,
)
from course_grader.python_source import parse

TAGS = ("setup", "fixture", EXPERIMENT)
# The beginnings of functions' names that change something for all later cells.
SETTER = re.compile(r"set_|setattr|chdir|putenv|filterwarnings|simplefilter|register|enable|disable|use|rc")
WRITER = re.compile(r"save|write|dump|open$|mkdir|makedirs|touch|to_csv|to_json|copy|move|rename|unlink|download")


def given_sources(reference: NotebookNode) -> frozenset[str]:
    """The sources of a lab's own cells that may be left out."""
    return frozenset(cell.source.strip() for cell in reference.cells if _is_ordinary(cell))


def unneeded_cells(cells: Sequence[NotebookNode], given: frozenset[str], run_experiments: bool = False) -> set[int]:
    """The indices of the code cells that need not run; none if a cell that must run cannot be analysed.

    given: from `given_sources`. Without run_experiments, cells tagged `experiment` do not run, and need nothing.
    """
    code = {i: c for i, c in enumerate(cells) if c.cell_type == "code" and (run_experiments or not is_experiment(c))}
    found = {i: names_of(c.source) for i, c in code.items() if not is_judged_cell(c)}
    names = {i: each for i, each in found.items() if each is not None}
    modules = _modules(names.values())
    optional = {i for i in names if _is_ordinary(code[i]) and code[i].source.strip() in given}
    optional = {i for i in optional if not _sets_something(names[i], modules)}
    if found.keys() - names.keys() - {i for i in found if code[i].source.strip() in given}:
        return set()
    tested = frozenset[str]().union(*(_tested(c.source) for c in code.values() if is_judged_cell(c)))
    own = tested.union(*(names[i].mentions for i in names if _is_students(code[i], given)))
    needed = names.keys() - optional
    while True:
        used = tested.union(*(names[i].needs for i in needed))
        more = {i for i in optional - needed if _matters(names[i], used, own - modules)}
        if not more:
            return optional - needed
        needed |= more


def _is_ordinary(cell: NotebookNode) -> bool:
    """A code cell that is no part of an exercise and has no tag with a meaning."""
    return cell.cell_type == "code" and not nbgrader_metadata(cell) and not any(has_tag(cell, tag) for tag in TAGS)


def _is_students(cell: NotebookNode, given: frozenset[str]) -> bool:
    """An answer, or a cell that is not as the lab gives it."""
    return is_solution_cell(cell) or (_is_ordinary(cell) and cell.source.strip() not in given)


@lru_cache(maxsize=1024)
def _tested(source: str) -> frozenset[str]:
    """The student's names that a test may use: student.f, also in a probe, student.value("x"), getattr(student, "f").

    Where the test uses `student` in another way, all names and texts in it count.
    """
    try:
        nodes = list(ast.walk(parse(source)))
    except SyntaxError:
        return frozenset(re.findall(r"\w+", source))
    attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
    used = [node.attr for node in attributes if _is_student(node.value)]
    read = [name for node in nodes if (name := _value_read(node))]
    if used.count("value") == len(read) and sum(map(_is_student, nodes)) == len(used):
        return frozenset({*used, *read} - {"value"})
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    texts = {text for text in texts if text.isidentifier()}
    return frozenset({node.attr for node in attributes} | texts)


def _value_read(node: ast.AST) -> str:
    """`x` for student.value("x")."""
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="student"), attr="value"), args=[ast.Constant(value=str(x))]
        ):
            return x
    return ""


def _is_student(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "student"


def _modules(cells: Iterable[Names]) -> frozenset[str]:
    return frozenset[str]().union(*(names.imports for names in cells))


def _sets_something(names: Names, modules: frozenset[str]) -> bool:
    return bool(names.changes & modules) or any(
        WRITER.match(function) or (SETTER.match(function) and (not owner or owner in modules))
        for owner, function in names.calls
    )


def _matters(names: Names, used: frozenset[str], own: frozenset[str]) -> bool:
    """Whether a cell may make a difference to a needed cell. own: the variables of students' cells and tests."""
    called = {owner for owner, _ in names.calls if owner} - names.defines
    return bool((names.defines | names.changes) & used or called & own)
