"""Every misconception loses points on its own exercise and on no other; every other right answer scores full."""

import nbformat
import pytest

from course_grader.audit.check import Alternative, InProcess, Misconception, load_variants, one_notebook_of
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
        assert sum(isinstance(v, Misconception) for v in own) >= MIN_MISCONCEPTIONS, exercise
        assert sum(isinstance(v, Alternative) for v in own) >= MIN_ALTERNATIVES, exercise


def test_names_are_unique_and_explanations_say_something(lab, variants):
    names = [(variant.exercise, variant.name) for variant in variants]
    assert len(set(names)) == len(names)
    assert all(len(v.explanation) > 40 for v in variants if isinstance(v, Misconception))


def test_the_tests_tell_right_from_wrong_in_a_notebook(lab, variants):
    judge = InProcess(lab.reference())
    findings = [judge.find(variant) for variant in variants]
    assert not {(f.variant.exercise, f.variant.name): f.problem for f in findings if f.problem}


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


def test_the_judge_gives_each_variant_the_same_verdict(lab, engine, variants):
    notebook = one_notebook_of(lab.reference(), variants)
    graded = engine.grade(notebook, "variants", 0)
    cells = [cell for cell in graded.notebook.cells if is_judged_cell(cell)]
    wrong = {}
    for variant, cell in zip(variants, cells, strict=True):
        points = float(cell.outputs[-1]["data"]["text/plain"])
        full = points == nbgrader_metadata(cell)["points"]
        if full != isinstance(variant, Alternative):
            wrong[(variant.exercise, variant.name)] = points
    assert not wrong
