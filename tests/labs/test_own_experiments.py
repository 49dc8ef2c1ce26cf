"""A student's own experiment: a misspelt option gets a sentence, and an expectation comes before anything is trained."""

import ast

import nbformat
import pytest

from course_grader.notebooks import lab_names
from tests.paths import ROOT

CHECKED_BY_THE_CELL = {"06_hard_negatives": {"my_ranks", "my_margin"}}  # a pair, and a number or None

WITH_THE_GIVEN_ROWS = {"01_tensor_basics", "02_attention", "07_triplet_distances"}  # a cell trains both


def cells_of(lab):
    """{id: tree} of the code cells."""
    cells = nbformat.read(ROOT / "solutions" / lab / f"{lab}.ipynb", as_version=4).cells
    return {cell.id: ast.parse(cell.source) for cell in cells if cell.cell_type == "code"}


def assigned(tree):
    """{name: the value's node} of the assignments at the top of a cell."""
    pairs = [(target, node.value) for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    return {target.id: value for target, value in pairs if isinstance(target, ast.Name)}


def names_in(node):
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def calls(tree, name):
    """The calls of a function by its name."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [node for node in nodes if isinstance(node.func, ast.Name) and node.func.id == name]


def checked_in(tree):
    """The names whose values go into a call of valid_options, directly or through a variable of the cell."""
    direct = set().union(*(names_in(call.args[0]) for call in calls(tree, "valid_options")))
    assignments = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    passed_on = [node.value for node in assignments if names_in(node.targets[0]) & direct]
    return direct.union(*map(names_in, passed_on))


@pytest.mark.parametrize("lab", lab_names(ROOT))
def test_each_option_is_checked(lab):
    cells = cells_of(lab)
    options = assigned(cells["my-run"]).keys() - {"my_expectation"} - CHECKED_BY_THE_CELL.get(lab, set())
    assert options
    assert options - set().union(*map(checked_in, cells.values())) == set()


@pytest.mark.parametrize("lab", sorted({*lab_names(ROOT)} - WITH_THE_GIVEN_ROWS))
def test_it_waits_for_an_expectation(lab):
    (cell,) = (tree for tree in cells_of(lab).values() if "You expected:" in ast.unparse(tree))
    assert [ast.unparse(call) for call in calls(cell, "wrote_down")] == ["wrote_down(my_expectation)"]
