"""Lab 08's reference against torchmetrics, scikit-learn, two libraries' triplet losses and plain recomputation."""

import math
import re

import numpy as np
import pytest
import torch
from pytorch_metric_learning.losses import TripletMarginLoss
from sklearn.metrics import ndcg_score
from torch.nn import functional as F
from torchmetrics.functional.retrieval import retrieval_normalized_dcg, retrieval_recall

from course_grader.judge.reference import ReferenceSource, execute_reference
from course_grader.notebooks import find_lab
from course_utils.data.playlists import load_playlists
from course_utils.training.memory import peak_bytes
from tests.paths import ROOT


@pytest.fixture(scope="module")
def notebook():
    return find_lab("08_playlist_recommender", ROOT).reference()


@pytest.fixture(scope="module")
def lab(notebook):
    return execute_reference(ReferenceSource.of(notebook))


def draw(*shape, seed=0, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def ids(count, high, seed=0):
    return torch.randint(0, high, (count,), generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64])
@pytest.mark.parametrize("buckets", [1, 7, 100_000])
def test_buckets_are_pythons_remainders_for_every_integer_type(lab, dtype, buckets):
    values = [0, 1, 99, 127, *([-1, -100] if dtype is not torch.uint8 else [255])]
    got = lab["hash_bucket"](torch.tensor(values, dtype=dtype), buckets)
    assert got.tolist() == [value % buckets for value in values]


@pytest.mark.parametrize(("count", "buckets"), [(2, 1), (3, 2), (40, 60), (200, 50), (1, 9)])
def test_expected_collisions_are_those_of_many_random_draws(lab, count, buckets):
    drawn = np.random.default_rng(0).integers(buckets, size=(4000, count))
    sizes = np.stack([np.bincount(row, minlength=buckets)[row] for row in drawn])
    found = (sizes > 1).sum(axis=1)
    error = found.std() / math.sqrt(len(found))
    assert abs(found.mean() - lab["expected_collisions"](count, buckets)) <= 4 * error + 1e-9


def test_track_vectors_are_rows_of_two_tables(lab):
    torch.manual_seed(0)
    encoder = lab["TrackEncoder"](500, 11, 3, album_buckets=20)
    albums, artists = encoder.parameters()
    album, artist = ids(40, 500), ids(40, 11, seed=1)
    expected = torch.cat([F.embedding(album % 20, albums), F.embedding(artist, artists)], dim=1)
    torch.testing.assert_close(encoder(album, artist), expected)
    assert (albums.shape, artists.shape, encoder.num_albums) == ((20, 3), (11, 3), 500)


@pytest.mark.parametrize("pool", ["max", "mean"])
def test_affinity_is_its_definition_track_by_track(lab, pool):
    candidates, context = draw(23, 6), draw(5, 6, seed=1)
    album, of_album, artist, of_artist = ids(23, 9), ids(5, 9, 1), ids(23, 7, 2), ids(5, 7, 3)
    expected = []
    for vector, own_album, own_artist in zip(candidates, album.tolist(), artist.tolist(), strict=True):
        fits = [float(vector @ other) for other in context]
        pooled = max(fits) if pool == "max" else sum(fits) / len(fits)
        expected.append(pooled + 0.1 * (own_album in of_album.tolist()) + 0.1 * (own_artist in of_artist.tolist()))
    got = lab["affinity"](candidates, context, album, of_album, artist, of_artist, pool=pool)
    torch.testing.assert_close(got, torch.tensor(expected, dtype=torch.float64))
    with pytest.raises(ValueError, match="pool"):
        lab["affinity"](candidates, context, album, of_album, artist, of_artist, pool="median")


@pytest.mark.parametrize("margin", [0.2, 1.0, 30.0])
def test_extremal_loss_is_the_hardest_triplet_of_pytorchs_loss(lab, margin):
    pos, neg = draw(9), 0.3 * draw(14, seed=1)

    def distance(one, other):  # a distance whose triplet hinge is the hinge on affinities
        return -other

    grid = pos[None].expand(len(neg), -1), neg[:, None].expand(-1, len(pos))
    hinges = F.triplet_margin_with_distance_loss(
        torch.zeros(len(neg), len(pos)).double(), *grid, distance_function=distance, margin=margin, reduction="none"
    )
    torch.testing.assert_close(lab["extremal_triplet_loss"](pos, neg, margin), hinges.max())


def test_both_losses_are_the_librarys_triplet_loss_for_one_positive_and_one_negative(lab):
    class Affinity(torch.nn.Module):
        is_inverted, normalize_embeddings = True, False
        collect_stats = False

        def forward(self, one, other=None):
            return one @ (one if other is None else other).T

        def margin(self, x, y):
            return y - x  # of an inverted distance: what is larger is better

        def reset_stats(self):
            pass

    anchor, positive, negative = draw(1, 4), 0.2 * draw(1, 4, seed=1), draw(1, 4, seed=2)
    rows, labels = torch.cat([anchor, positive, negative]), torch.tensor([0, 0, 1])
    loss = TripletMarginLoss(margin=5.0, distance=Affinity())
    expected = loss(rows, labels, indices_tuple=tuple(torch.tensor([i]) for i in range(3)))
    pos, neg = (anchor @ positive.T).flatten(), (anchor @ negative.T).flatten()
    for name in ("mean_triplet_loss", "extremal_triplet_loss"):
        torch.testing.assert_close(lab[name](pos, neg, 5.0), expected)


def test_mean_loss_moves_all_tracks_and_extremal_loss_two(lab):
    pos, neg = draw(7).requires_grad_(True), draw(11, seed=1).requires_grad_(True)
    for name, moved in (("mean_triplet_loss", 18), ("extremal_triplet_loss", 2)):
        gradients = torch.autograd.grad(lab[name](pos, neg, 9.0), (pos, neg))
        assert int(torch.cat(gradients).count_nonzero()) == moved


def test_norm_penalty_by_hand_and_its_numerical_gradient(lab):
    rows = draw(12, 5) * torch.linspace(0.1, 3, 12)[:, None]
    expected = sum(max(0.0, math.sqrt(sum(x * x for x in row)) - 2) for row in rows.tolist())
    assert lab["norm_penalty"](rows, 2.0).item() == pytest.approx(expected)
    torch.autograd.gradcheck(lambda x: lab["norm_penalty"](x, 2.0), rows.requires_grad_(True))


def test_norm_penalty_of_zeros_has_a_gradient_of_zero(lab):
    rows = torch.zeros(3, 4, requires_grad=True)
    lab["norm_penalty"](rows, 1.0).backward()
    assert rows.grad.tolist() == [[0.0] * 4] * 3


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_one_side_leaves_the_self_affinity_loss_and_its_gradient(lab, seed):
    groups = [draw(size, 6, seed=size).mul(0.5).requires_grad_(True) for size in (5, 8, 13)]
    orders = [torch.randperm(len(group), generator=torch.Generator().manual_seed(seed)) for group in groups]

    def shuffled(context, following, negatives):
        together = F.relu(0.5 - context @ context[orders[0]].T).mean()
        together = together + F.relu(0.5 - following @ following[orders[1]].T).mean()
        return together + F.relu(negatives @ negatives[orders[2]].T).mean()

    plain, other = lab["self_affinity_loss"](*groups), shuffled(*groups)
    torch.testing.assert_close(plain, other)
    torch.testing.assert_close(torch.autograd.grad(plain, groups), torch.autograd.grad(other, groups))


def test_durations_of_the_invented_catalogue_are_spread_out(lab):
    lengths = load_playlists(num_playlists=60, num_tracks=800).track_duration_ms
    values = lab["normalise_duration"](lengths)
    assert values.dtype == torch.float32
    assert 0 <= values.min() < values.max() <= 1
    assert values.quantile(0.9) - values.quantile(0.1) > 0.5
    assert (values[lengths.argsort()].diff() >= 0).all()


@pytest.mark.parametrize("pool", ["max", "mean"])
@pytest.mark.parametrize("chunk_size", [1, 33, 1000, 5000])
def test_catalogue_search_is_topk_of_the_whole_product(lab, pool, chunk_size):
    context, catalogue = draw(5, 8), draw(1000, 8, seed=1)
    albums, artists = (ids(5, 300), ids(1000, 300, 1)), (ids(5, 90, 2), ids(1000, 90, 3))
    products = catalogue @ context.T
    scores = products.max(dim=1).values if pool == "max" else products.mean(dim=1)
    for own, of_context in ((albums[1], albums[0]), (artists[1], artists[0])):
        scores = scores + 0.1 * torch.from_numpy(np.isin(own, of_context)).double()
    expected = scores.topk(40)
    got = lab["score_catalogue"](
        context, albums[0], artists[0], catalogue, albums[1], artists[1], 40, chunk_size=chunk_size, pool=pool
    )
    torch.testing.assert_close(got[0], expected.values)
    assert got[1].tolist() == expected.indices.tolist()


def test_catalogue_search_holds_a_chunk_whatever_the_catalogue(lab):
    def peak(count):
        context, catalogue, places = draw(5, 8), draw(count, 8), torch.arange(count)
        few = torch.arange(5)
        return peak_bytes(lambda: lab["score_catalogue"](context, few, few, catalogue, places, places, 50, 500))

    assert peak(40_000) <= 1.2 * peak(4000)
    with pytest.raises(ValueError, match="catalogue"):
        lab["score_catalogue"](draw(2, 3), ids(2, 9), ids(2, 9), draw(4, 3), ids(4, 9), ids(4, 9), 5)


def rankings():
    """Rankings of 30 distinct items by falling scores, with 1 to 25 relevant ones."""
    for seed, relevant in enumerate((1, 4, 12, 25)):
        order = np.random.default_rng(seed).permutation(30)
        chosen = set(np.random.default_rng(seed + 9).permutation(30)[:relevant].tolist())
        yield order.tolist(), chosen


@pytest.mark.parametrize("k", [1, 5, 13, 30])
def test_recall_and_ndcg_without_repeats_are_the_libraries(lab, k):
    for ranked, relevant in rankings():
        target = torch.tensor([item in relevant for item in ranked])
        scores = torch.linspace(1, 0.1, len(ranked), dtype=torch.float64)  # 0 would count as not ranked
        recall = retrieval_recall(scores, target, top_k=k).item()
        assert lab["recall_at_k"](ranked, relevant, k) == pytest.approx(recall)
        assert lab["ndcg_at_k"](ranked, relevant, k) == pytest.approx(
            ndcg_score([target.int().numpy()], [scores.numpy()], k=k)
        )
        torchs = retrieval_normalized_dcg(scores, target, top_k=k).item()
        assert lab["ndcg_at_k"](ranked, relevant, k) == pytest.approx(torchs, abs=1e-6)


def test_a_repeat_is_an_item_that_nobody_wants(lab):
    for ranked, relevant in rankings():
        with_repeats = [item for item in ranked for _ in range(2)]
        replaced = [item if i % 2 == 0 else f"filler {i}" for i, item in enumerate(with_repeats)]
        for k in (1, 7, 60):
            for measure in ("recall_at_k", "ndcg_at_k"):
                assert lab[measure](with_repeats, relevant, k) == lab[measure](replaced, relevant, k) <= 1


def test_in_the_saved_outputs_the_model_beats_both_baselines(notebook):
    [cell] = [cell for cell in notebook.cells if cell.id == "train-table"]
    [output] = cell.outputs
    rows = {}
    for line in output.text.splitlines():
        if found := re.fullmatch(r"(\S.*?)((?:\s+\d\.\d{3}){4})", line):
            rows[found[1]] = [float(number) for number in found[2].split()]
    assert {"popularity", "same artist", "model, mean of the seeds"} <= set(rows)
    model = rows["model, mean of the seeds"]
    for baseline in ("popularity", "same artist"):
        track, _, artist, _ = (own - other for own, other in zip(model, rows[baseline], strict=True))
        assert track > 0.1
        assert artist > 0.05
