"""check_random: right answers pass, wrong ones fail on a small input, and what is printed can be read."""

import inspect

import pytest
import torch

pytest.importorskip("jupytext", reason="needs the grader's packages")

from course_grader.audit.variants import Kind, load_variants
from course_grader.judge.reference import run_reference
from course_grader.notebooks import find_lab, lab_names
from course_utils import runtime
from course_utils.random_check import check_random, show_specification
from course_utils.random_check.specification import find_specifications
from course_utils.remote.client import RemoteClient
from course_utils.remote.proxies import local_transport, student
from tests.paths import ROOT

LAB = "01_tensor_basics"
LABS = [lab for lab in lab_names(ROOT) if find_specifications(lab)]


@pytest.fixture
def answers(monkeypatch):
    """Connects `student` to a notebook of the given lab with these variables."""

    def connect(lab, **variables):
        monkeypatch.setattr(runtime, "_lab", lab)
        student._connect(RemoteClient(local_transport(variables)))

    yield connect
    student._connect(None)


@pytest.fixture(scope="module")
def references():
    """The variables of each reference notebook, which runs when it is first asked for."""
    return RunOnce()


class RunOnce(dict):
    def __missing__(self, lab):
        self[lab] = run_reference(find_lab(lab, ROOT))
        return self[lab]


@pytest.mark.parametrize("lab", LABS)
def test_a_specification_takes_the_arguments_of_its_exercise(lab, references):
    for name, specification in find_specifications(lab).items():
        asked = list(inspect.signature(references[lab][name]).parameters)
        assert list(specification.kinds) == asked[: len(specification.kinds)], name


@pytest.mark.parametrize("lab", LABS)
def test_the_reference_agrees_with_every_specification(lab, references, answers, capsys):
    answers(lab, **references[lab])
    disagreeing = [name for name in find_specifications(lab) if not check_random(name, tries=300)]
    assert disagreeing == [], capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("lab", LABS)
def test_other_right_answers_agree_and_each_exercise_has_wrong_ones_that_do_not(lab, references, answers, capsys):
    noticed = set()
    for variant in load_variants(find_lab(lab, ROOT)):
        if variant.exercise in find_specifications(lab):
            variables = dict(references[lab])
            exec(variant.code, variables)
            answers(lab, **variables)
            agrees = check_random(variant.exercise, tries=100)
            assert agrees or variant.kind is Kind.MISCONCEPTION, variant.name
            noticed |= set() if agrees else {variant.exercise}
    assert noticed == set(find_specifications(lab))


def test_a_failure_shows_a_small_input_and_both_results(answers, capsys):
    answers(LAB, chain_bmm=lambda a, b, d: torch.bmm(torch.bmm(a, b), d) if len(a) < 3 else torch.zeros(1))
    assert not check_random("chain_bmm")
    text = capsys.readouterr().out
    assert "a = " in text and "(tensor of shape (3, 1, 1), float32)" in text  # the smallest on which it is wrong
    assert "expected: shape (3, 1, 1)" in text
    assert "got:      shape (1,)" in text


def test_a_missing_error_is_said(answers, capsys):
    answers(LAB, embed_tokens=lambda table, ids: table[ids])
    assert not check_random("embed_tokens")
    assert "expected: IndexError, since there is no row" in capsys.readouterr().out


def test_an_error_of_the_answer_is_shown_with_its_input(answers, capsys):
    answers(LAB, chain_bmm=lambda a, b, d: a @ d @ b)
    assert not check_random("chain_bmm")
    assert "your code raised RuntimeError" in capsys.readouterr().out


@pytest.mark.parametrize(("lab", "name"), [(LAB, "chain_bmm"), ("05_nce_dual_encoder", "recall_at_k")])
def test_an_unfinished_exercise_is_not_called_wrong(answers, capsys, lab, name):
    """Also where the first input that is tried asks for an error."""

    def unfinished(*arguments):
        raise NotImplementedError(f"finish `{name}` first")

    answers(lab, **{name: unfinished})
    assert not check_random(name)
    printed = capsys.readouterr().out
    assert f"not done yet: finish `{name}` first" in printed and "expected:" not in printed


def test_the_same_seed_tries_the_same_inputs(answers, capsys):
    answers(LAB, chain_bmm=lambda a, b, d: a)
    outputs = []
    for seed in (1, 1, 2):
        check_random("chain_bmm", seed=seed)
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]


def test_the_specification_can_be_read(answers, capsys):
    answers(LAB)
    show_specification("chain_bmm")
    assert capsys.readouterr().out.startswith("def chain_bmm(")


def test_what_cannot_be_checked_is_said(answers):
    answers(LAB)
    with pytest.raises(ValueError, match=r"has a specification \(chain_bmm, embed_tokens, .*got 'TokenClassifier'"):
        check_random("TokenClassifier")
    with pytest.raises(ValueError, match="at least 1 try, got 0"):
        check_random("chain_bmm", tries=0)
