"""Lab 01's reference against PyTorch's own layers and optimiser, and against published numbers."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_grader.judge.reference import run_reference
from course_grader.notebooks import find_lab
from tests.paths import ROOT

TOKENS, LABELS = torch.tensor([1, 2, 3, 7]), torch.tensor([1, 0, 1, 3])


@pytest.fixture(scope="module")
def lab():
    return run_reference(find_lab("01_tensor_basics", ROOT))


def test_the_seeded_instances_have_their_published_losses(lab):
    torch.manual_seed(42)
    losses = [lab["classification_loss"](lab["TokenClassifier"](), TOKENS, LABELS).item() for _ in range(4)]
    assert losses[0] == pytest.approx(1.54644, abs=2e-5)
    assert losses[3] == pytest.approx(1.3744735717773438, abs=2e-6)


def test_the_published_chain_and_parameter_count(lab):
    assert lab["missing_operand_shape"]((64, 128, 256), (64, 256, 512), (64, 128, 9)) == (64, 512, 9)
    assert lab["count_parameters"]([236, 472, 472, 10]) == 338896


def test_the_worked_training_example(lab):
    model = nn.Embedding.from_pretrained(torch.zeros(1, 2), freeze=False)
    token = torch.tensor([0])
    losses = lab["train_classifier"](model, token, token, steps=2, lr=2.0)
    assert losses == pytest.approx([math.log(2), math.log(1 + math.exp(-2))], rel=1e-6)


def test_training_is_gradient_descent_by_hand(lab):
    start = torch.randn(8, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    model = nn.Embedding.from_pretrained(start.clone(), freeze=False)
    losses = lab["train_classifier"](model, TOKENS, LABELS, steps=5, lr=0.7)
    table, expected = start.clone(), []
    for _ in range(5):
        table.requires_grad_(True)
        loss = F.cross_entropy(table[TOKENS], LABELS)
        (gradient,) = torch.autograd.grad(loss, table)
        expected.append(loss.item())
        table = (table - 0.7 * gradient).detach()
    assert losses == pytest.approx(expected)
    torch.testing.assert_close(model.weight.detach(), table)


def test_no_steps_change_nothing(lab):
    model = lab["TokenClassifier"]()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    assert lab["train_classifier"](model, TOKENS, LABELS, steps=0, lr=1.0) == []
    torch.testing.assert_close(model.state_dict(), before, rtol=0, atol=0)
