"""Lab 03's reference against cross-entropy, torch.distributions, autograd, and sentence-transformers' in-batch loss."""

import math

import pytest
import torch
from torch.nn import functional as F

from course_grader.judge.reference import run_reference
from course_grader.notebooks import find_lab
from tests.paths import ROOT

DTYPES = (torch.float32, torch.float64)


@pytest.fixture(scope="module")
def lab():
    return run_reference(find_lab("03_temperature", ROOT))


def draw(*shape, seed=0, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


@pytest.mark.parametrize("dim", [-1, 0, 1])
def test_the_softmax_is_the_exponential_of_cross_entropy(lab, dim):
    logits = draw(5, 3, 4)
    probs = lab["temperature_softmax"](logits, 0.3, dim=dim)
    for index in range(logits.shape[dim]):
        target = torch.full(logits.movedim(dim, -1).shape[:-1], index)
        loss = F.cross_entropy((logits / 0.3).movedim(dim, -1).flatten(0, 1), target.flatten(), reduction="none")
        torch.testing.assert_close(probs.select(dim, index).flatten(), torch.exp(-loss))


def test_the_bars_have_the_published_heights(lab):
    logits = torch.tensor([2, 1.5, 0.5, 0.2, -0.5])
    expected = {
        0.01: [1.0, 0.0],
        0.07: [0.9992, 0.0008],
        0.2: [0.9236, 0.0758],
        0.5: [0.6888, 0.2534],
        1.0: [0.4815, 0.2920],
    }
    for temperature, heights in expected.items():
        assert lab["temperature_softmax"](logits, temperature)[:2].tolist() == pytest.approx(heights, abs=5e-5)


@pytest.mark.parametrize("temperature", [1e-6, 1e-3, 0.05])
@pytest.mark.parametrize("dtype", DTYPES)
def test_huge_logits_stay_finite_and_sum_to_one(lab, temperature, dtype):
    logits = (draw(7, 5) * 1e4).clamp(-1e4, 1e4).to(dtype)
    probs = lab["temperature_softmax"](logits, temperature)
    assert torch.isfinite(probs).all()
    torch.testing.assert_close(probs.sum(dim=-1), torch.ones(7, dtype=dtype))


@pytest.mark.parametrize("temperature", [0, 0.0, -1e-9, -1])
def test_temperatures_that_are_not_above_zero_raise_value_error(lab, temperature):
    with pytest.raises(ValueError, match="above 0"):
        lab["temperature_softmax"](draw(3), temperature)


@pytest.mark.parametrize("dtype", DTYPES)
def test_entropy_equals_torch_distributions(lab, dtype):
    probs = torch.softmax(draw(6, 4, dtype=dtype) * 3, dim=-1)
    torch.testing.assert_close(lab["entropy"](probs), torch.distributions.Categorical(probs=probs).entropy())
    torch.testing.assert_close(lab["entropy"](probs.T, dim=0), lab["entropy"](probs))


def test_entropy_is_zero_for_one_hot_and_log_n_for_equal_probabilities(lab):
    assert torch.equal(lab["entropy"](torch.eye(5)), torch.zeros(5))
    assert lab["entropy"](torch.full((7,), 1 / 7)).item() == pytest.approx(math.log(7))


def test_the_gradient_of_entropy_passes_gradcheck(lab):
    probs = torch.softmax(draw(3, 4), dim=-1).requires_grad_()
    assert torch.autograd.gradcheck(lab["entropy"], probs)


@pytest.mark.parametrize("temperature", [0.02, 0.07, 0.5])
@pytest.mark.parametrize("dtype", DTYPES)
def test_info_nce_equals_sentence_transformers_in_batch_loss(lab, temperature, dtype):
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

    queries, items = draw(9, 6, dtype=dtype) * 4, draw(9, 6, seed=1, dtype=dtype)
    oracle = MultipleNegativesRankingLoss(None, scale=1 / temperature)
    expected = oracle.compute_loss_from_embeddings([queries, items], None)
    torch.testing.assert_close(lab["info_nce"](queries, items, temperature), expected)


def test_info_nce_on_near_duplicates_is_exact(lab):
    centre = draw(1, 8) * 300
    queries, items = centre + draw(9, 8, seed=1), centre + draw(9, 8, seed=2)
    cosines = F.cosine_similarity(queries[:, None], items[None], dim=-1)  # float64 broadcasting
    expected = F.cross_entropy(cosines / 0.07, torch.arange(9))
    torch.testing.assert_close(lab["info_nce"](queries, items, 0.07), expected)


def test_the_simulated_losses_equal_the_published_ones(lab):
    expected = {0.01: (0, 5e-5), 0.07: (7e-5, 2e-5), 0.2: (0.24, 0.01), 0.5: (1.71, 0.01)}
    for seed in range(3):
        queries, items = lab["simulated_pairs"](seed=seed)
        for temperature, (loss, tolerance) in expected.items():
            assert lab["info_nce"](queries, items, temperature).item() == pytest.approx(loss, abs=tolerance)


def test_the_shares_agree_with_the_gradient(lab):
    similarities, positive = draw(6, 9).requires_grad_(), torch.tensor([0, 8, 3, 3, 1, 7])
    F.cross_entropy(similarities / 0.4, positive, reduction="sum").backward()
    push = similarities.grad.clamp(min=0)
    got = lab["negative_gradient_share"](similarities.detach(), positive, 0.4)
    torch.testing.assert_close(got, push / push.sum(dim=1, keepdim=True))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("lead", [0.0, 5.0, 1000.0])
def test_the_shares_do_not_depend_on_the_positives_lead(lab, dtype, lead):
    similarities, positive = draw(6, 4, dtype=dtype) * 0.1, torch.tensor([0, 3, 2, 2, 1, 0])
    ahead = similarities.clone()
    ahead[torch.arange(6), positive] += lead
    shares = lab["negative_gradient_share"](ahead, positive, 0.1)
    assert torch.equal(shares[torch.arange(6), positive], torch.zeros(6, dtype=dtype))
    torch.testing.assert_close(shares.sum(dim=1), torch.ones(6, dtype=dtype))
    torch.testing.assert_close(shares, lab["negative_gradient_share"](similarities, positive, 0.1))


def test_the_learnable_temperature_divides_and_is_capped(lab):
    layer = lab["LearnableTemperature"](init=0.2, max_scale=20.0)
    torch.testing.assert_close(layer(draw(3, 5)), draw(3, 5) / 0.2, rtol=1e-6, atol=1e-6)
    assert [parameter.numel() for parameter in layer.parameters()] == [1]
    with torch.no_grad():
        layer.log_scale.fill_(10.0)
    torch.testing.assert_close(layer(draw(3, 5)), draw(3, 5) * 20)
    assert layer.temperature == pytest.approx(1 / 20)


def test_gradients_of_the_learnable_temperature_pass_gradcheck(lab):
    layer = lab["LearnableTemperature"](init=0.4).double()
    log_scale = layer.log_scale.detach().clone().requires_grad_()

    def forward(similarities, log_scale):
        return torch.func.functional_call(layer, {"log_scale": log_scale}, (similarities,))

    assert torch.autograd.gradcheck(forward, (draw(3, 4).requires_grad_(), log_scale))


def test_the_best_temperature_has_the_highest_recall_and_ties_go_to_the_largest(lab):
    rows = {0.1: (0.8, 0.64), 0.02: (0.1, 0.5), 0.2: (1.8, 0.64), 0.05: (0.3, 0.62), 1.0: (4.0, 0.1)}
    results = {t: {"loss": loss, "val_recall": recall} for t, (loss, recall) in rows.items()}
    assert lab["best_temperature"](results) == 0.2
    assert lab["best_temperature"](dict(reversed(results.items()))) == 0.2
