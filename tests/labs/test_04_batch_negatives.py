"""Lab 04's reference against PyTorch's cross-entropy, sentence-transformers' losses and brute-force simulation."""

import pytest
import torch
from sentence_transformers.sentence_transformer.losses import (
    CachedMultipleNegativesRankingLoss,
    MultipleNegativesRankingLoss,
)
from torch import nn
from torch.nn import functional as F

from course_grader.judge.reference import run_reference
from course_grader.notebooks import find_lab
from course_utils.training.memory import peak_bytes
from tests.paths import ROOT


@pytest.fixture(scope="module")
def lab():
    return run_reference(find_lab("04_batch_negatives", ROOT))


def draw(*shape, seed=0, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def batch(extra=4, requires_grad=False):
    queries, passages = draw(7, 5, seed=1), draw(7 + extra, 5, seed=2)
    return queries.requires_grad_(requires_grad), passages.requires_grad_(requires_grad)


class Sentences(nn.Sequential):
    """An encoder with the library's interface: features in, a dict with the embeddings out."""

    def forward(self, features):
        return {"sentence_embedding": super().forward(features["rows"])}


def dot_product(a, b):
    return a @ b.T


def library_embeddings(queries, passages):
    """Anchors, positives and extra negatives; the library needs as many negatives as anchors."""
    return [queries, passages[: len(queries)], passages[len(queries) :]]


def test_counts_by_hand(lab):
    counts = lab["count_negatives"](512)
    assert counts == {
        "batch_size": 512,
        "positives": 512,
        "negatives_per_positive": 511,
        "total_negative_pairs": 261_632,
        "negative_ratio": "511:1",
    }
    assert [type(value) for value in counts.values()] == [int, int, int, int, str]


def test_memory_equals_the_bytes_of_the_tensors(lab):
    for size, passages, dim, dtype in ((512, 512, 128, torch.float32), (37, 91, 5, torch.float16)):
        embeddings = torch.zeros(2, size, dim, dtype=dtype)
        scores = torch.zeros(size, passages, dtype=dtype)
        assert lab["embedding_memory_mb"](size, dim, dtype.itemsize) == embeddings.nbytes / 2**20
        assert lab["similarity_memory_mb"](size, passages, dtype.itemsize) == scores.nbytes / 2**20
    assert lab["embedding_memory_mb"](512, 128) == 0.5
    assert lab["similarity_memory_mb"](512) == 1.0


@pytest.mark.parametrize(("counts", "size"), [([2, 2], 2), ([1, 7, 20, 3], 9), ([1, 7, 20, 3], 31), ([5], 3), ([1], 1)])
def test_expected_false_negatives_equal_the_mean_of_many_random_batches(lab, counts, size):
    generator = torch.Generator().manual_seed(0)
    groups = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
    found = []
    for _ in range(4000):
        drawn = groups[torch.randperm(len(groups), generator=generator)[:size]]
        found.append(int((drawn[:, None] == drawn).sum()) / size - 1)
    found = torch.tensor(found, dtype=torch.float64)
    error = found.std() / 4000**0.5
    assert abs(found.mean() - lab["expected_false_negatives"](counts, size)) <= 4 * error + 1e-9


@pytest.mark.parametrize("temperature", [1.0, 0.05, 3.0])
@pytest.mark.parametrize("extra", [0, 7])
def test_in_batch_loss_is_the_librarys_ranking_loss(lab, temperature, extra):
    queries, passages = batch(extra)
    oracle = MultipleNegativesRankingLoss(None, scale=1 / temperature, similarity_fct=dot_product)
    parts = [part for part in library_embeddings(queries, passages) if len(part)]
    expected = oracle.compute_loss_from_embeddings(parts, labels=torch.zeros(len(queries)))
    torch.testing.assert_close(lab["in_batch_loss"](queries, passages, temperature), expected)


def test_gradients_of_the_loss_equal_the_librarys_on_both_sides(lab):
    mine, right = batch(requires_grad=True), batch(requires_grad=True)
    lab["in_batch_loss"](*mine, 0.3).backward()
    oracle = MultipleNegativesRankingLoss(None, scale=1 / 0.3, similarity_fct=dot_product)
    oracle.compute_loss_from_embeddings(library_embeddings(*right), labels=torch.zeros(7)).backward()
    for got, expected in zip(mine, right, strict=True):
        torch.testing.assert_close(got.grad, expected.grad)


@pytest.mark.parametrize("scale", [1, 300])
def test_in_batch_loss_is_cross_entropy_on_the_diagonal(lab, scale):
    queries, passages = (scale * side for side in batch())
    expected = F.cross_entropy(queries @ passages.T / 0.3, torch.arange(7))
    torch.testing.assert_close(lab["in_batch_loss"](queries, passages, 0.3), expected)


@pytest.mark.parametrize("scale", [1, 300])
@pytest.mark.parametrize("all_negative", [False, True])
def test_masked_loss_is_cross_entropy_over_the_remaining_passages(lab, scale, all_negative):
    queries, passages = (scale * side for side in batch())
    if all_negative:  # only minus infinity is below all of these scores
        queries, passages = queries.abs(), -passages.abs()
    groups = torch.tensor([4, 4, 9, -2, 9, 0, 1, 4, 0, 30, 9])
    losses = []
    for i, query in enumerate(queries):
        left = [i] + [j for j in range(len(passages)) if groups[j] != groups[i]]
        losses.append(F.cross_entropy((passages[left] @ query / 0.3)[None], torch.tensor([0])))
    expected = torch.stack(losses).mean()
    torch.testing.assert_close(lab["masked_in_batch_loss"](queries, passages, groups, 0.3), expected)


def test_masked_loss_without_repeated_groups_is_the_plain_loss(lab):
    queries, passages = batch()
    expected = lab["in_batch_loss"](queries, passages, 0.3)
    torch.testing.assert_close(lab["masked_in_batch_loss"](queries, passages, torch.arange(11), 0.3), expected)


def encoder(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(6, 9), nn.Tanh(), nn.Linear(9, 4)).double()


def gradients(*modules):
    return [parameter.grad for module in modules for parameter in module.parameters()]


@pytest.mark.parametrize("micro_batch", [1, 3, 10, 100])
@pytest.mark.parametrize("shared", [False, True])
def test_cached_gradient_equals_one_backward_of_the_whole_batch(lab, micro_batch, shared):
    queries, passages = draw(10, 6, seed=1), draw(17, 6, seed=2)
    mine = [encoder(1)] if shared else [encoder(1), encoder(2)]
    right = [encoder(1)] if shared else [encoder(1), encoder(2)]
    loss = lab["cached_backward"](mine[0], mine[-1], queries, passages, 0.3, micro_batch)
    expected = F.cross_entropy(right[0](queries) @ right[-1](passages).T / 0.3, torch.arange(10))
    expected.backward()
    assert loss == pytest.approx(expected.item())
    torch.testing.assert_close(gradients(*mine), gradients(*right), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("micro_batch", [3, 8])
def test_cached_gradient_equals_the_librarys_cached_loss(lab, micro_batch):
    queries, passages = draw(8, 6, seed=1), draw(16, 6, seed=2)
    mine, right = encoder(), encoder()
    oracle = CachedMultipleNegativesRankingLoss(
        Sentences(*right), scale=1 / 0.3, similarity_fct=dot_product, mini_batch_size=micro_batch
    )
    expected = oracle([{"rows": rows} for rows in library_embeddings(queries, passages)], labels=torch.zeros(8))
    expected.backward()
    loss = lab["cached_backward"](mine, mine, queries, passages, 0.3, micro_batch)
    assert loss == pytest.approx(expected.item())
    torch.testing.assert_close(gradients(mine), gradients(right))


def test_cached_gradients_add_up_as_in_backward(lab):
    queries, passages = draw(10, 6, seed=1), draw(17, 6, seed=2)
    once, twice = encoder(), encoder()
    lab["cached_backward"](once, once, queries, passages, 0.3, 4)
    for _ in range(2):
        lab["cached_backward"](twice, twice, queries, passages, 0.3, 4)
    torch.testing.assert_close(gradients(twice), [2 * gradient for gradient in gradients(once)])


def test_cached_gradient_needs_the_memory_of_one_micro_batch(lab):
    wide = nn.Sequential(nn.Linear(3, 4000), nn.Tanh(), nn.Linear(4000, 2))
    wide(torch.zeros(1, 3)).sum().backward()  # so that its gradients exist before the measurement
    queries, passages = draw(120, 3, dtype=torch.float32), draw(120, 3, dtype=torch.float32)

    def peak(micro_batch):
        return peak_bytes(lambda: lab["cached_backward"](wide, wide, queries, passages, 0.5, micro_batch))

    assert peak(4) < peak(120) / 8
    rows = peak(8) - peak(4)
    assert 0 < rows < 4 * 4 * 4000 * 4  # four more rows of at most four layers' width
