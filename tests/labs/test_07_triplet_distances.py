"""Lab 07's answers against other people's code: torch.cdist in float64, and two triplet losses."""

import itertools

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from pytorch_metric_learning.distances import LpDistance
from pytorch_metric_learning.losses import TripletMarginLoss

from course_grader.audit.variants import load_variants
from course_grader.judge.reference import run_reference
from course_grader.notebooks import find_lab
from tests.paths import ROOT

EXACT = "donot_use_mm_for_euclid_dist"
SIZES = [(5, 7, 4), (31, 44, 17), (1, 3, 2), (6, 1, 3), (4, 9, 1)]  # anchors, negatives, features


@pytest.fixture(scope="module")
def lab():
    return find_lab("07_triplet_distances", ROOT)


@pytest.fixture(scope="module")
def answers(lab):
    return run_reference(lab)


@pytest.fixture(scope="module")
def coarse_and_fine(lab, answers):
    """The other right answer to fast_distances that splits each number in two."""
    [variant] = [v for v in load_variants(lab) if v.exercise == "fast_distances" and "coarse" in v.name]
    space = dict(answers)
    exec(variant.code, space)
    return space["fast_distances"]


def rows(seed, *shape, dtype=torch.float64):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def near_duplicates(centres, norm, noise, sizes, dim, dtype=torch.float32):
    middle = norm * F.normalize(rows(0, centres, dim), dim=1)
    return [(middle[torch.arange(size) % centres] + noise * rows(size, size, dim)).to(dtype) for size in sizes]


def broadcasting(anchors, negatives):
    return (negatives.double().unsqueeze(1) - anchors.double()).square().sum(dim=-1)


def relative_error(got, exact):
    return ((got.double() - exact).abs() / exact).max().item()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["loop_distances", "anchor_negative_distances", "fast_distances"])
def test_distances_are_those_of_cdist_in_double_precision(answers, name, size):
    num_anchors, num_negatives, dim = size
    anchors, negatives = rows(1, num_anchors, dim), rows(2, num_negatives, dim)
    expected = torch.cdist(negatives, anchors, compute_mode=EXACT).square()
    torch.testing.assert_close(answers[name](anchors, negatives), expected, rtol=1e-9, atol=1e-9)


def published_example(answers):
    return answers["EXAMPLE_ANCHORS"], answers["EXAMPLE_NEGATIVES"]


def wrong_share(recipe, anchors, negatives):
    return ((recipe(anchors, negatives) - broadcasting(anchors, negatives)).abs() > 1e-3).double().mean().item()


def test_the_given_recipe_is_the_published_one(answers):
    """NumPy's words for it, as they were published."""
    anchors, negatives = rows(1, 5, 4), rows(2, 7, 4)
    repeated_anchors = np.repeat(anchors.numpy(), 7, axis=-1).reshape(5, 7, 4).transpose(1, 0, 2)
    repeated_negatives = np.repeat(negatives.numpy(), 5, axis=-1).reshape(7, 5, 4)
    expected = np.square(repeated_negatives - repeated_anchors).sum(axis=-1)
    torch.testing.assert_close(answers["published_distances"](anchors, negatives), torch.from_numpy(expected))


def test_the_published_recipe_is_right_on_its_example(answers):
    expected = torch.zeros(7, 5)
    expected[1], expected[:, 0], expected[1, 0] = 2, 2, 0
    assert torch.equal(answers["published_distances"](*published_example(answers)), expected)


@pytest.mark.parametrize("name", ["published_distances", "anchor_negative_distances"])
def test_the_published_margins_come_from_the_recipe_and_from_right_distances(answers, name):
    anchors, negatives = published_example(answers)
    positives = torch.zeros(5, 2)
    positives[-1] = -0.5
    margins = answers[name](anchors, negatives) - answers["squared_l2"](anchors, positives)
    assert margins[:2].tolist() == [[0, 0, 0, 0, -0.5], [-2, 2, 2, 2, 1.5]]
    assert torch.equal(margins, answers["triplet_margins"](anchors, positives, negatives))


@pytest.mark.parametrize("size", [(5, 7, 4), (5, 1, 4), (1, 7, 4), (2, 2, 2), (2, 1, 2), (31, 44, 17)])
def test_the_published_recipe_is_wrong_on_random_rows_with_one_negative_too(answers, size):
    num_anchors, num_negatives, dim = size
    for seed in range(50):
        anchors, negatives = rows(seed, num_anchors, dim), rows(1000 + seed, num_negatives, dim)
        assert wrong_share(answers["published_distances"], anchors, negatives) > 0.4


@pytest.mark.parametrize("size", [(1, 1, 4), (5, 7, 1), (5, 1, 1)])
def test_one_pair_or_one_feature_hides_the_error(answers, size):
    num_anchors, num_negatives, dim = size
    for seed in range(50):
        anchors, negatives = rows(seed, num_anchors, dim), rows(1000 + seed, num_negatives, dim)
        assert wrong_share(answers["published_distances"], anchors, negatives) == 0


def test_constant_rows_hide_the_error_on_both_sides_only(answers):
    recipe = answers["published_distances"]
    constant = rows(1, 5, 1).expand(5, 4), rows(2, 7, 1).expand(7, 4)
    varied = rows(3, 5, 4), rows(4, 7, 4)
    assert wrong_share(recipe, *constant) == 0
    assert wrong_share(recipe, constant[0], varied[1]) == wrong_share(recipe, varied[0], constant[1]) == 1


def test_the_counterexample_exposes_the_recipe(answers):
    anchors, negatives = (table.double() for table in answers["counterexample"]())
    recipe = answers["published_distances"](anchors, negatives)
    assert (recipe - broadcasting(anchors, negatives)).abs().max() > 1e-3


@pytest.mark.parametrize("centres", [1, 2, 5])
@pytest.mark.parametrize(("norm", "noise"), [(300, 1e-3), (3000, 3e-2), (300, 1.0)])
def test_fast_distances_are_right_on_near_duplicates_where_cdist_is_not(answers, centres, norm, noise):
    anchors, negatives = near_duplicates(centres, norm, noise, (31, 44), dim=96)
    exact = broadcasting(anchors, negatives)
    got = answers["fast_distances"](anchors, negatives)
    assert got.dtype == torch.float32
    assert relative_error(got, exact) < 1e-3
    if noise < 1:
        assert relative_error(torch.cdist(negatives, anchors).square(), exact) > 0.1


def test_cdist_by_default_is_wrong_above_25_rows_only():
    for sizes, wrong in (((24, 25), False), ((26, 25), True), ((25, 26), True)):
        anchors, negatives = near_duplicates(1, 300, 1e-3, sizes, dim=64)
        error = relative_error(torch.cdist(negatives, anchors).square(), broadcasting(anchors, negatives))
        assert (error > 0.1) == wrong, sizes


def test_copies_are_never_below_zero(answers):
    for dtype, centres in itertools.product((torch.float32, torch.float64), (1, 4)):
        [anchors] = near_duplicates(centres, 300, 1e-3, [40], dim=70, dtype=dtype)
        got = answers["fast_distances"](anchors, anchors[:33])
        assert got.min() >= 0
        assert got.diagonal().max() < 1e-9


def test_coarse_and_fine_parts_are_exact_where_float64_alone_is_not(answers, coarse_and_fine):
    anchors, negatives = near_duplicates(3, 1e6, 1e-3, (31, 44), dim=96, dtype=torch.float64)
    exact = broadcasting(anchors, negatives)
    assert relative_error(coarse_and_fine(anchors, negatives), exact) < 1e-3
    assert relative_error(answers["fast_distances"](anchors, negatives), exact) > 1e-3


def test_semi_hard_mask_holds_where_the_hinge_is_between_zero_and_the_margin(answers):
    d_ap, d_an = rows(5, 9).square(), rows(6, 12, 9).square()
    hinges = F.relu(0.7 - (d_an - d_ap))
    expected = (hinges > 0) & (hinges < 0.7)
    assert torch.equal(answers["semi_hard_mask"](d_ap, d_an, 0.7), expected)
    assert expected.any() and not expected.all()


def triplets(seed, num_anchors=6, num_negatives=11, dim=4):
    return [rows(seed + n, size, dim) for n, size in enumerate((num_anchors, num_anchors, num_negatives))]


@pytest.mark.parametrize("margin", [0.3, 1.0, 4.0])
def test_margins_and_loss_are_those_of_torch_triplet_by_triplet(answers, margin):
    anchors, positives, negatives = triplets(10)
    shape = (len(negatives), *anchors.shape)
    each = F.triplet_margin_with_distance_loss(
        anchors.expand(shape),
        positives.expand(shape),
        negatives.unsqueeze(1).expand(shape),
        distance_function=lambda x, y: (x - y).square().sum(dim=-1),
        margin=margin,
        reduction="none",
    )
    margins = answers["triplet_margins"](anchors, positives, negatives)
    torch.testing.assert_close(F.relu(margin - margins), each)
    torch.testing.assert_close(answers["triplet_loss"](anchors, positives, negatives, margin), each[each > 0].mean())


@pytest.mark.parametrize("margin", [0.3, 4.0])
def test_loss_and_gradient_are_those_of_pytorch_metric_learning(answers, margin):
    tables = [table.requires_grad_(True) for table in triplets(20)]
    num_anchors, num_negatives = len(tables[0]), len(tables[2])
    pairs = torch.cartesian_prod(torch.arange(num_anchors), torch.arange(num_negatives))  # (A N, 2)
    indices = (pairs[:, 0], pairs[:, 0] + num_anchors, pairs[:, 1] + 2 * num_anchors)
    distance = LpDistance(normalize_embeddings=False, p=2, power=2)
    oracle = TripletMarginLoss(margin=margin, distance=distance)  # its default reducer averages hinges above 0
    everything = torch.cat(tables)
    expected = oracle(everything, torch.zeros(len(everything)), indices)
    got = answers["triplet_loss"](*tables, margin)
    torch.testing.assert_close(got, expected, rtol=1e-9, atol=1e-9)
    for mine, right in zip(torch.autograd.grad(got, tables), torch.autograd.grad(expected, tables), strict=True):
        torch.testing.assert_close(mine, right, rtol=1e-7, atol=1e-9)


def test_loss_is_zero_with_a_zero_gradient_when_nothing_is_wrong(answers):
    anchors, _, negatives = triplets(30)
    tables = [table.detach().requires_grad_(True) for table in (anchors, anchors + 0.01, negatives + 100)]
    loss = answers["triplet_loss"](*tables, 0.5)
    assert loss == 0
    assert all((gradient == 0).all() for gradient in torch.autograd.grad(loss, tables))
