"""Checks a reference notebook before a lab is made from it."""

from __future__ import annotations

import ast
import builtins
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from nbformat import NotebookNode

from course_grader.errors import CourseError
from course_grader.notebooks import (
    has_tag,
    is_autograded_cell,
    is_judged_cell,
    is_solution_cell,
    is_written_answer,
    nbgrader_metadata,
    setup_imports,
    tested_exercise,
)
from course_grader.python_source import parse
from course_grader.release.colab import INSTALL_LINE
from course_grader.release.test_cells import TestCell, names_read

LAB_POINTS, WRITTEN_POINTS = 20, 5
MIN_VISIBLE, MIN_HIDDEN = 2, 3
_LOCAL_PATH = re.compile(r"(?<![\w.:/])/(?:home|Users|root|work|mnt)/[\w.-]+")
_HIDDEN_REGION = re.compile(r"### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS", re.DOTALL)


def lint(notebook: NotebookNode, gpu_exercises: Iterable[str] = ()) -> list[str]:
    """One sentence for each problem, with the cell's number (from 1); none if the notebook may be released.

    gpu_exercises: those that lab.toml names.
    """
    tested = {tested_exercise(cell.source) for cell in notebook.cells if is_judged_cell(cell)}
    unknown = [
        f"lab.toml: gpu_exercises names `{name}`, which has no tests" for name in gpu_exercises if name not in tested
    ]
    return [*_whole(notebook), *_cells(notebook), *unknown]


def _whole(notebook: NotebookNode) -> Iterator[str]:
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if not code or not has_tag(code[0], "setup"):
        yield "the first code cell must be tagged `setup`"
    elif code[0].source.splitlines().count(INSTALL_LINE) != 1:
        yield f"the setup cell needs the line `{INSTALL_LINE}` before its imports"
    ids = [metadata["grade_id"] for metadata in map(nbgrader_metadata, notebook.cells) if metadata.get("grade_id")]
    yield from (f"{count} cells have the grade_id `{name}`" for name, count in Counter(ids).items() if count > 1)
    judged = [cell for cell in notebook.cells if is_judged_cell(cell)]
    if (total := sum(nbgrader_metadata(cell)["points"] for cell in judged)) != LAB_POINTS:
        yield f"the test cells have {total:g} points in total; expected {LAB_POINTS}"
    written = [nbgrader_metadata(cell)["points"] for cell in notebook.cells if is_written_answer(cell)]
    if written and sum(written) != WRITTEN_POINTS:
        yield f"the written answers have {sum(written):g} points in total; expected {WRITTEN_POINTS}"
    solved = {nbgrader_metadata(cell)["grade_id"] for cell in notebook.cells if is_solution_cell(cell)}
    tested = {exercise for cell in judged if (exercise := tested_exercise(cell.source))}
    yield from (f"exercise `{name}` has no test cell" for name in sorted(solved - tested))
    yield from (f"the test cell of `{name}` has no solution cell" for name in sorted(tested - solved))


def _cells(notebook: NotebookNode) -> Iterator[str]:
    for number, cell in enumerate(notebook.cells, start=1):
        for problem in _cell(notebook, cell):
            yield f"cell {number}: {problem}"


def _cell(notebook: NotebookNode, cell: NotebookNode) -> Iterator[str]:
    if found := _LOCAL_PATH.search(cell.source):
        yield f"contains the local path {found[0]}, which exists on one machine only"
    for output in cell.get("outputs", []):
        if output.output_type == "error" or output.get("name") == "stderr":
            yield "its saved output contains an error or text on stderr"
    name = nbgrader_metadata(cell).get("grade_id", "")
    if is_solution_cell(cell):
        if cell.source.splitlines()[:1] != [f"# Exercise: {name}"]:
            yield f"a solution cell's first line must be `# Exercise: {name}`"
        if "### BEGIN SOLUTION" not in cell.source:
            yield "a solution cell needs a `### BEGIN SOLUTION` region; without it students do not see the signature"
    elif is_written_answer(cell):
        if not name.startswith("explain_"):
            yield f"a written answer's grade_id must start with `explain_`, got `{name}`"
    elif is_judged_cell(cell):
        yield from _test_cell(notebook, cell)
    elif is_autograded_cell(cell):
        yield "an ordinary test cell runs in the student's kernel, which can change its result: end it with run_tests"


def _test_cell(notebook: NotebookNode, cell: NotebookNode) -> Iterator[str]:
    metadata, exercise = nbgrader_metadata(cell), tested_exercise(cell.source)
    if metadata["grade_id"] != f"test_{exercise}":
        yield f"tests `{exercise}`, but its grade_id is `{metadata['grade_id']}`; expected `test_{exercise}`"
    if cell.source.splitlines()[0] != f"# Test: {exercise}":
        yield f"a test cell's first line must be `# Test: {exercise}`"
    try:
        tests = TestCell.parse(cell.source)
        allowed = _names_allowed(notebook)
    except (SyntaxError, CourseError) as error:
        yield str(error)
        return
    yield from _points(tests, metadata["points"])
    yield from _regions(tests, cell.source)
    if not tests.ends_in_run_tests:
        yield "must end with run_tests(...)"
    unknown = sorted(names_read(parse(cell.source)) - allowed)
    if unknown:
        yield (
            f"uses {', '.join(unknown)}, which the setup cell does not import; "
            "call the student's functions as student.<name>"
        )
    released = _HIDDEN_REGION.sub("", cell.source)
    if "reference" in names_read(parse(released)):
        yield "a visible test uses `reference`, which students do not have"
    unknown = sorted(names_read(parse(released)) - allowed)
    if unknown:
        yield f"uses {', '.join(unknown)}, which is defined only among its hidden tests"


def _points(tests: TestCell, most: float) -> Iterator[str]:
    for method in tests.methods:
        if not method.points or method.points * 4 != int(method.points * 4):
            yield f"{method.name} needs @points(...) with a literal positive multiple of 0.25"
        if not method.title:
            yield f"{method.name} needs a docstring, which students see as the test's title"
    if (total := sum(method.points or 0 for method in tests.methods)) != most:
        yield f"its tests have {total:g} points in total, but the cell has {most:g}"
    for name, count, least in (
        ("visible", sum(not method.hidden for method in tests.methods), MIN_VISIBLE),
        ("hidden", sum(method.hidden for method in tests.methods), MIN_HIDDEN),
    ):
        if count < least:
            yield f"has {count} {name} tests; expected at least {least}"


def _regions(tests: TestCell, source: str) -> Iterator[str]:
    region = "\n".join(_HIDDEN_REGION.findall(source))
    for name in tests.classes:
        inside = re.search(rf"^class {name}\b", region, re.MULTILINE) is not None
        if inside != name.startswith("Hidden"):
            yield f"class {name}: a class is named Hidden... if, and only if, it is between the hidden-test markers"


def _names_allowed(notebook: NotebookNode) -> set[str]:
    imports = ast.walk(parse(setup_imports(notebook)))
    names = {(alias.asname or alias.name).partition(".")[0] for node in imports for alias in getattr(node, "names", [])}
    return names | set(dir(builtins))
