"""Answers get the same points whatever inputs a run draws: right ones all of them, wrong ones nearly always the same."""

import pytest

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
        mine = [each for each in variants if each.exercise == exercise]
        answers = [{}, *({exercise: each.code} for each in mine)]
        by_seed = [judge_answers(judge, exercise, answers, seed, LIMIT) for seed in SEEDS]
        for label, kind, *judged in zip(
            ["the reference", *(each.label for each in mine)],
            [Kind.ALTERNATIVE, *(each.kind for each in mine)],
            *by_seed,
            strict=True,
        ):
            if kind is Kind.ALTERNATIVE:
                refused += [label] * any(answer.lost for answer in judged)
            else:
                depends += [label] * (len({answer.points for answer in judged}) > 1)
    assert not refused
    wrong = sum(each.kind is Kind.MISCONCEPTION for each in variants)
    assert len(depends) <= MOST * wrong, f"{len(depends)} of {wrong}: {depends}"
