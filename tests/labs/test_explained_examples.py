"""Explanations tell the truth: their examples, tried on the mistake and on the reference."""

import importlib
import math

import pytest
import torch

from course_grader.audit.variants import Kind, load_variants
from course_grader.judge.reference import ReferenceSource, execute_reference
from course_grader.notebooks import find_lab, lab_names
from tests.paths import ROOT

LABS = lab_names(ROOT)
CLOSE = {"rel_tol": 0.006, "abs_tol": 0.006}  # explanations round


def examples(lab):
    return importlib.import_module(f"tests.labs.explained_examples.lab_{lab[:2]}").EXAMPLES


@pytest.fixture(scope="module", params=LABS)
def lab(request):
    return find_lab(request.param, ROOT)


@pytest.fixture(scope="module")
def misconceptions(lab):
    return [variant for variant in load_variants(lab) if variant.kind is Kind.MISCONCEPTION]


def with_these_words(misconceptions, exercise, words):
    found = [each for each in misconceptions if each.exercise == exercise and words in each.explanation]
    assert len(found) == 1, f"expected one explanation of {exercise} with {words!r}, found {len(found)}"
    return found[0]


def result(attempt, answer):
    """What the attempt gives, or the exception that it raises."""
    try:
        return attempt(answer)
    except Exception as error:
        return error


def is_as_said(value, said):
    if said is ...:
        return not isinstance(value, Exception)
    if isinstance(said, type) and issubclass(said, Exception):
        return isinstance(value, said)
    if isinstance(value, torch.Tensor) and not isinstance(said, type):
        value = value.tolist()
    if isinstance(said, list | tuple) and isinstance(value, list | tuple):
        return len(value) == len(said) and all(map(is_as_said, value, said))
    if isinstance(said, dict):
        return isinstance(value, dict) and value == said
    if isinstance(value, int | float) and isinstance(said, int | float) and not isinstance(said, bool):
        return value == said or math.isclose(value, said, **CLOSE)
    return value == said


def test_the_examples_are_true(lab, misconceptions):
    variables = execute_reference(ReferenceSource.of(lab.reference()))
    wrong = []
    for exercise, words, attempt, by_mistake, by_reference in examples(lab.name):
        variant = with_these_words(misconceptions, exercise, words)
        own = dict(variables)
        exec(variant.code, own)
        for what, answer, said in (
            ("mistake", own[exercise], by_mistake),
            ("reference", variables[exercise], by_reference),
        ):
            value = result(attempt, answer)
            if not is_as_said(value, said):
                wrong.append(f"{exercise}, {words!r}, {what}: expected {said!r}, got {value!r}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("value", [24, 24.1, [24], torch.tensor(24), ValueError(), "24", None])
def test_a_wrong_example_is_found(value):
    assert not is_as_said(value, 18)
    assert not is_as_said(value, IndexError)
