"""Every lab passes the quick audit, and the judge agrees with it: misconceptions lose points, right answers do not."""

import ast

import nbformat
import pytest

from course_grader.audit.check import one_notebook_of
from course_grader.audit.lab_audit import audit_lab
from course_grader.audit.variants import FOLDER, Kind, load_variants, preamble
from course_grader.grading import Engine
from course_grader.notebooks import find_lab, is_judged_cell, is_solution_cell, lab_names, nbgrader_metadata
from tests.paths import ROOT, sandbox_missing

MIN_MISCONCEPTIONS, MIN_ALTERNATIVES = 6, 2
LABS = lab_names(ROOT)


@pytest.fixture(scope="module", params=LABS)
def lab(request):
    return find_lab(request.param, ROOT)


@pytest.fixture(scope="module")
def variants(lab):
    return load_variants(lab)


def exercises(lab):
    return [nbgrader_metadata(cell)["grade_id"] for cell in lab.reference().cells if is_solution_cell(cell)]


def test_every_exercise_has_enough_of_both(lab, variants):
    for exercise in exercises(lab):
        own = [variant for variant in variants if variant.exercise == exercise]
        assert sum(v.kind is Kind.MISCONCEPTION for v in own) >= MIN_MISCONCEPTIONS, exercise
        assert sum(v.kind is Kind.ALTERNATIVE for v in own) >= MIN_ALTERNATIVES, exercise


def test_names_are_unique_and_explanations_say_something(lab, variants):
    names = [(variant.exercise, variant.name) for variant in variants]
    assert len(set(names)) == len(names)
    assert all(len(v.explanation) > 40 for v in variants if v.kind is Kind.MISCONCEPTION)


# One line each, with nothing to learn from another way to write it.
PLAIN = {"count_negatives", "embedding_memory_mb", "DualEncoder"}


def test_every_exercise_has_another_way_to_write_it_for_feedback(lab, variants):
    explained = {v.exercise for v in variants if v.kind is Kind.ALTERNATIVE and len(v.explanation) > 40}
    assert set(exercises(lab)) - explained <= PLAIN


def defined(source):
    """Each top-level name with what is imported under it; empty where the name is defined in another way."""
    names = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = getattr(node, "module", "")
            names |= {alias.asname or alias.name: f"{module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Assign):
            names |= {target.id: "" for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names[node.name] = ""
    return names


def test_a_preamble_gives_only_what_the_notebook_gives(lab):
    given = {}
    for cell in (cell for cell in lab.reference().cells if cell.cell_type == "code"):
        given |= defined(cell.source)
    for path in (lab.source_folder / FOLDER).glob("*.py"):
        assert defined(preamble(path)).items() <= given.items(), path.name


def test_the_quick_audit_finds_no_problem(lab):
    assert audit_lab(lab, quick=True).problems == []


@pytest.fixture(scope="module")
def engine(lab):
    if missing := sandbox_missing():
        pytest.skip(missing)
    with Engine(lab) as engine:
        yield engine


def untouched(lab):
    """The reference with the released stubs for answers: what nbgrader makes of a lab that nobody worked on."""
    notebook = lab.reference()
    released = nbformat.read(lab.release_path, as_version=4)
    stubs = {nbgrader_metadata(cell)["grade_id"]: cell.source for cell in released.cells if is_solution_cell(cell)}
    for cell in filter(is_solution_cell, notebook.cells):
        cell.source = stubs[nbgrader_metadata(cell)["grade_id"]]
    return notebook


def test_the_reference_scores_full_and_the_untouched_lab_nothing(lab, engine):
    full = engine.grade(lab.reference(), "reference", 0)
    assert full.messages == []
    assert {name: result.points for name, result in full.exercises.items()} == {
        name: result.max for name, result in full.exercises.items()
    }
    nothing = engine.grade(untouched(lab), "untouched", 0)
    assert not nothing.needs_review
    assert {name: result.points for name, result in nothing.exercises.items()} == dict.fromkeys(full.exercises, 0.0)


def test_the_judge_gives_the_same_verdict_as_the_audit(lab, engine, variants):
    of_each = {(variant.exercise, variant.kind): variant for variant in reversed(variants)}  # the first of its kind
    assert not wrong_verdicts(lab, engine, list(of_each.values()))


@pytest.mark.slow
def test_the_judge_gives_each_variant_the_same_verdict(lab, engine, variants):
    assert not wrong_verdicts(lab, engine, variants)


def wrong_verdicts(lab, engine, variants):
    """The points of the variants that a real judge takes for right when they are wrong, or the other way round."""
    notebook = one_notebook_of(lab.reference(), variants)
    graded = engine.grade(notebook, "variants", 0)
    cells = [cell for cell in graded.notebook.cells if is_judged_cell(cell)]
    wrong = {}
    for variant, cell in zip(variants, cells, strict=True):
        points = float(cell.outputs[-1]["data"]["text/plain"])
        full = points == nbgrader_metadata(cell)["points"]
        if full != (variant.kind is Kind.ALTERNATIVE):
            wrong[(variant.exercise, variant.name)] = points
    return wrong


def test_a_released_lab_holds_its_notebook_alone(lab):
    assert [path.name for path in lab.release_path.parent.iterdir()] == [lab.release_path.name]
