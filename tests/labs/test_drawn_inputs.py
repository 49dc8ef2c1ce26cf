"""Answers get the same points whatever inputs a run draws: right ones all of them, wrong ones nearly always the same."""

import pytest

from course_grader.audit.behaviours import right_answers
from course_grader.audit.check import InProcess
from course_grader.audit.judged_answers import judge_answers
from course_grader.audit.variants import Kind, load_variants
from course_grader.notebooks import find_lab, lab_names
from tests.paths import ROOT

SEEDS = (11, 12, 13)
MOST = 0.05  # of a lab's misconceptions: those about chance and rounding
LIMIT = 120.0  # seconds of processor time for one answer's tests


@pytest.mark.slow
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("name", lab_names(ROOT))
def test_points_do_not_depend_on_the_inputs_that_are_drawn(name):
    lab = find_lab(name, ROOT)
    judge, variants = InProcess(lab.reference()), load_variants(lab)
    refused, depends = [], []
    for exercise in judge.tests:
        right = right_answers(variants, exercise)
        wrong = [each for each in variants if each.exercise == exercise and each.kind is Kind.MISCONCEPTION]
        answers = [*right, *({exercise: each.code} for each in wrong)]
        by_answer = list(zip(*(judge_answers(judge, exercise, answers, seed, LIMIT) for seed in SEEDS), strict=True))
        for answer, judged in zip(right, by_answer, strict=False):
            refused += [answer or f"the reference of {exercise}"] * any(one.lost or not one.ended for one in judged)
        for variant, judged in zip(wrong, by_answer[len(right) :], strict=True):
            depends += [variant.label] * (len({one.points for one in judged}) > 1)
    assert not refused
    count = sum(each.kind is Kind.MISCONCEPTION for each in variants)
    assert len(depends) <= MOST * count, f"{len(depends)} of {count}: {depends}"
