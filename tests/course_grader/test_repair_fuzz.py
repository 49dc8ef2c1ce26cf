"""Random notebooks and random bytes through repair: each becomes a notebook that can be graded and saved."""

import copy
import json
import tempfile
import warnings
from pathlib import Path

import nbformat
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from course_grader.notebooks import nbgrader_metadata
from course_grader.repair import LabCells, Submission, repair_submission
from tests.tiny_course import LAB, tiny_notebook

MANY = 10_000
SLOW = {"deadline": None, "suppress_health_check": list(HealthCheck)}
TINY = json.loads(nbformat.writes(tiny_notebook()))
NAMES = [name for cell in TINY["cells"] if (name := cell["metadata"].get("nbgrader", {}).get("grade_id"))]
NUMBERS = [0, 3, 4, 5, -1, 4.0, 4.5, 10**19, 10**400, float("nan"), float("inf"), -0.0]
WORDS = [
    *NAMES,
    "code",
    "markdown",
    "raw",
    "heading",
    "setup",
    "fixture",
    "4",
    "\ud800",
    "\x00\x1b[2J",
    "# Test: double",
    "",
]

atoms = st.none() | st.booleans() | st.sampled_from(NUMBERS) | st.sampled_from(WORDS) | st.text(max_size=4)
anything = st.recursive(
    atoms,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


def mostly(value):
    return st.integers(0, 19).flatmap(lambda number: value if number else anything)


def fields(required=(), /, **known):
    """Objects with some of these fields and all of the `required` ones; each is mostly as it should be."""
    values = {name: mostly(value) for name, value in known.items()}
    needed = {name: values.pop(name) for name in required}
    return st.fixed_dictionaries(needed, optional=values)


flags = {name: st.booleans() for name in ("grade", "solution", "locked", "task")}
metadata = fields(
    nbgrader=fields(
        grade_id=st.sampled_from(NAMES), points=st.sampled_from(NUMBERS), schema_version=st.just(3), **flags
    ),
    tags=st.lists(st.sampled_from(WORDS), max_size=3),
)
attachments = st.dictionaries(
    st.text(max_size=3), st.dictionaries(st.sampled_from(["image/png", "text/html"]), anything)
)
cells = st.sampled_from(TINY["cells"]) | fields(
    ("cell_type", "source"),
    id=st.text(max_size=3),
    cell_type=st.sampled_from(["code", "markdown", "raw"]),
    source=st.sampled_from([cell["source"] for cell in TINY["cells"]]) | st.lists(st.text(max_size=3), max_size=3),
    metadata=metadata,
    attachments=attachments,
    outputs=anything,
)
notebooks = fields(
    ("nbformat", "cells"),
    nbformat=st.just(4),
    nbformat_minor=st.sampled_from([0, 4, 5]),
    metadata=fields(course=anything, kernelspec=anything, widgets=anything),
    cells=st.lists(cells, max_size=12),
)


@st.composite
def damaged_bytes(draw):
    """The tiny notebook's file with some bytes taken out and others put in."""
    content = json.dumps(TINY).encode()
    start = draw(st.integers(0, len(content)))
    end = start + draw(st.sampled_from([0, 1, 2, 10, len(content)]))
    repeats = draw(st.sampled_from([1, 1, 1, 300, 5000]))
    junk = draw(
        st.sampled_from([b"[", b'{"a":', b"NaN", b"\xef\xbb\xbf", b"1e999", b'"\\ud800"']) | st.binary(max_size=8)
    )
    return content[:start] + junk * repeats + content[end:]


def lab_cells():
    notebook = tiny_notebook()
    for cell in notebook.cells:
        if found := nbgrader_metadata(cell):
            found["cell_type"], found["checksum"] = cell.cell_type, ""
    known = {nbgrader_metadata(cell)["grade_id"]: cell for cell in notebook.cells if nbgrader_metadata(cell)}
    return LabCells(known, tiny_notebook().cells)


LAB_CELLS = lab_cells()


def can_be_graded_and_saved(content):
    """Repair gives a valid notebook with each of the lab's cells once; if it cannot be read, a sentence says why."""
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root, "ada", LAB)
        folder.mkdir(parents=True)
        (folder / f"{LAB}.ipynb").write_bytes(content)
        repaired = repair_submission(Submission("ada", LAB, folder), copy.deepcopy(LAB_CELLS))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of ids that occur twice
        nbformat.validate(repaired.notebook)
    nbformat.writes(repaired.notebook).encode()
    names = [nbgrader_metadata(cell).get("grade_id") for cell in repaired.notebook.cells]
    tests = [name for name in names if name and name.startswith("test_")]
    assert sorted(tests) == ["test_count", "test_double"]
    assert not repaired.notes.unreadable or repaired.notes.problems
    assert all(problem.isprintable() and problem.endswith(".") for problem in repaired.notes.problems)


@seed(20261129)
@settings(max_examples=150, **SLOW)
@given(notebooks)
def test_a_random_notebook(notebook):
    can_be_graded_and_saved(json.dumps(notebook).encode())


@seed(4)
@settings(max_examples=80, **SLOW)
@given(damaged_bytes())
def test_a_notebook_with_random_bytes(content):
    can_be_graded_and_saved(content)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@seed(5)
@settings(max_examples=MANY, **SLOW)
@given(notebooks)
def test_ten_thousand_random_notebooks(notebook):
    can_be_graded_and_saved(json.dumps(notebook).encode())


@pytest.mark.slow
@pytest.mark.timeout(3600)
@seed(6)
@settings(max_examples=MANY, **SLOW)
@given(damaged_bytes())
def test_ten_thousand_notebooks_with_random_bytes(content):
    can_be_graded_and_saved(content)
