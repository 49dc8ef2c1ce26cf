import torch


def numbers(*values):
    return torch.tensor(values, dtype=torch.float32)


def tracks(f, **kwargs):
    torch.manual_seed(0)
    return f(**{"num_albums": 50, "num_artists": 7, "dim": 2, "album_buckets": 10, **kwargs})


def with_rows(f):
    """The vector of album 1 and artist 1, whose rows are (1, 2) and (3, 4)."""
    encoder = tracks(f)
    with torch.no_grad():
        tables = {len(weight): weight for weight in encoder.parameters()}
        tables[10][1], tables[7][1] = numbers(1, 2), numbers(3, 4)
    return encoder(torch.tensor([1]), torch.tensor([1]))


def artist_learns(f):
    encoder = tracks(f)
    encoder(torch.tensor([1]), torch.tensor([1])).sum().backward()
    return all(weight.grad is not None for weight in encoder.parameters())


def affinity(f, product=2.0, album=1, context_albums=(1,), artist=1, context_artists=(2,), pool="max"):
    context = torch.ones(len(context_albums), 1)
    ids = torch.tensor([album]), torch.tensor(context_albums), torch.tensor([artist]), torch.tensor(context_artists)
    return f(torch.full((1, 1), product), context, *ids, pool)[0]


def self_loss(f, context=(9,), next_tracks=(9,), negatives=(0,)):
    """Of tracks with one feature."""
    return f(*(torch.tensor(group, dtype=torch.float32)[:, None] for group in (context, next_tracks, negatives)))


def catalogue(f, scores, k, chunk_size=4, albums=None, context_album=99, pool="max"):
    count = len(scores)
    albums = torch.tensor(albums or list(range(count)))
    ids = torch.tensor([context_album]), torch.tensor([999])
    vectors = torch.tensor(scores, dtype=torch.float32)[:, None]
    _values, indices = f(torch.ones(1, 1), *ids, vectors, albums, 100 + albums, k, chunk_size, pool)
    return indices.tolist()


def penalty(f, *rows, limit=3.0):
    return f(torch.tensor(rows, dtype=torch.float32), limit)


def minutes(f, *values):
    return f(torch.tensor([int(60_000 * value) for value in values]))


NORM_5_AND_1 = (3.0, 4.0), (1.0, 0.0)

EXAMPLES = [
    ("TrackEncoder", "the track is (3, 4, 1, 2)", with_rows, [[3, 4, 1, 2]], [[1, 2, 3, 4]]),
    (
        "TrackEncoder",
        "The album table has a row for every album",
        lambda f: next(len(p) for p in tracks(f).parameters()),
        50,
        10,
    ),
    (
        "TrackEncoder",
        "with 10 buckets, album 25 raises",
        lambda f: tracks(f)(torch.tensor([25]), torch.tensor([1])).numel(),
        IndexError,
        4,
    ),
    ("TrackEncoder", "(1, 2) and (3, 4) give (4, 6)", with_rows, [[4, 6]], [[1, 2, 3, 4]]),
    ("TrackEncoder", "3 tracks give 6 vectors", lambda f: len(tracks(f)(torch.arange(3), torch.arange(3))), 6, 3),
    ("TrackEncoder", "into `album_buckets` rows as well", lambda f: [len(p) for p in tracks(f).parameters()][1], 10, 7),
    (
        "TrackEncoder",
        "a track has 8 numbers instead of 16",
        lambda f: tracks(f, dim=8)(torch.arange(1), torch.arange(1)).numel(),
        8,
        16,
    ),
    ("TrackEncoder", "has `grad` None", artist_learns, False, True),
    ("TrackEncoder", "raises an AttributeError", lambda f: tracks(f).num_albums, AttributeError, 50),
    (
        "TrackEncoder",
        "only `num_albums` rows",
        lambda f: next(len(p) for p in tracks(f, num_albums=4).parameters()),
        4,
        10,
    ),
    ("affinity", "gets 2 instead of 2.1", affinity, 2, 2.1),
    ("affinity", "three times there adds 0.3", lambda f: affinity(f, 0.0, 1, (1, 1, 1), 1, (2, 2, 2)), 0.3, 0.1),
    ("affinity", "gets 0.1 instead of 0.2", lambda f: affinity(f, 0.0, 1, (1,), 2, (2,)), 0.1, 0.2),
    ("affinity", "albums 7 and 100,007 look the same", lambda f: affinity(f, 0.0, 7, (100_007,)), 0.1, 0),
    ("affinity", "album 7 counts as known because artist 7", lambda f: affinity(f, 0.0, 7, (1,), 5, (7,)), 0.1, 0),
    ("affinity", "such as 'maximum'", lambda f: affinity(f, 2.0, 5, pool="maximum"), 2, ValueError),
    (
        "affinity",
        "there are 2 numbers instead of 5",
        lambda f: len(f(torch.ones(5, 3), torch.ones(2, 3), *[torch.zeros(n).long() for n in (5, 2, 5, 2)])),
        2,
        5,
    ),
    ("affinity", "Negative products are raised to 0", lambda f: affinity(f, -2.0, 5), 0, -2),
    ("affinity", "scaled to length 1", lambda f: affinity(f, 9.0, 5), 1, 9),
    ("expected_collisions", "of two ids in one bucket, 1 counts", lambda f: f(2, 1), 1.0, 2.0),
    ("expected_collisions", "4 ids that share a bucket are 6 pairs", lambda f: f(4, 1), 6.0, 4.0),
    ("expected_collisions", "a single id in one bucket gives 1", lambda f: f(1, 1), 1.0, 0.0),
    ("expected_collisions", "a number from 0 to 1", lambda f: f(100, 2), 1.0, 100.0),
    ("expected_collisions", "a single id with 10 buckets gives 1", lambda f: f(1, 10), 1.0, 0.0),
    ("expected_collisions", "until every bucket has one", lambda f: f(5, 10), 0.0, 1.72),
    ("expected_collisions", "2 ids in 3 buckets give 0.67", lambda f: f(2, 3), 1.0, 0.667),
    ("expected_collisions", "10 ids in 2 buckets give 45", lambda f: f(10, 2), 45.0, 9.98),
    ("extremal_triplet_loss", "positives at 5 and 0 and a negative at 2", lambda f: f(numbers(5, 0), numbers(2)), 0, 3),
    ("extremal_triplet_loss", "a positive at 3 and negatives at 9 and 0", lambda f: f(numbers(3), numbers(9, 0)), 0, 7),
    (
        "extremal_triplet_loss",
        "positives at 5 and 0 and negatives at 4 and -1",
        lambda f: f(numbers(5, 0), numbers(4, -1)),
        0,
        5,
    ),
    ("extremal_triplet_loss", "although they should give 6", lambda f: f(numbers(0), numbers(5)), 0, 6),
    ("extremal_triplet_loss", "give -3 with margin 1", lambda f: f(numbers(5), numbers(1)), -3, 0),
    ("extremal_triplet_loss", "give 3 with margin 1", lambda f: f(numbers(5), numbers(1)), 3, 0),
    ("extremal_triplet_loss", "positives 9 and 1 count as 5", lambda f: f(numbers(9, 1), numbers(4.5)), 0.5, 4.5),
    (
        "extremal_triplet_loss",
        "one bad pair with a hinge of 4 among 100 good ones counts 0.04",
        lambda f: f(torch.cat([numbers(0), torch.full((99,), 9.0)]), numbers(3)),
        0.04,
        4,
    ),
    ("extremal_triplet_loss", "so `margin=0.5` has no effect", lambda f: f(numbers(0), numbers(0), margin=0.5), 1, 0.5),
    (
        "extremal_triplet_loss",
        "does not depend on the inputs any more",
        lambda f: f(numbers(0).requires_grad_(), numbers(0).requires_grad_()).requires_grad,
        False,
        True,
    ),
    (
        "hash_bucket",
        "ids 42 and 43 both go to bucket 4, and id 123 goes to bucket 12",
        lambda f: f(torch.tensor([42, 43, 123]), 10),
        [4, 4, 12],
        [2, 3, 3],
    ),
    ("hash_bucket", "12, 25 and 99 all get 9", lambda f: f(torch.tensor([12, 25, 99]), 10), [9, 9, 9], [2, 5, 9]),
    ("hash_bucket", "the last bucket stays empty", lambda f: int(f(torch.arange(100), 10).max()), 8, 9),
    ("hash_bucket", "numbered from 1 to `num_buckets`", lambda f: f(torch.tensor([0, 9]), 10), [1, 10], [0, 9]),
    ("hash_bucket", "so `num_buckets=10` has no effect", lambda f: f(torch.tensor([25]), 10), [25], [5]),
    (
        "hash_bucket",
        "id 123,456,789 becomes 123,456,792",
        lambda f: f(torch.tensor([123_456_789]), 100_000),
        [56_792],
        [56_789],
    ),
    ("hash_bucket", "id -7 gets bucket -7", lambda f: f(torch.tensor([-7]), 10), [-7], [3]),
    ("hash_bucket", "[12, 25] gives a single number", lambda f: f(torch.tensor([12, 25]), 10), 2, [2, 5]),
    ("mean_triplet_loss", "although they should give 6", lambda f: f(numbers(0), numbers(5)), 0, 6),
    ("mean_triplet_loss", "which give -3", lambda f: f(numbers(5), numbers(1)), -3, 0),
    ("mean_triplet_loss", "give 3 with margin 1", lambda f: f(numbers(5), numbers(1)), 3, 0),
    (
        "mean_triplet_loss",
        "positives at 5 and 1 and a negative at 2 give a loss of 1",
        lambda f: f(numbers(5, 1), numbers(2)),
        1,
        0,
    ),
    (
        "mean_triplet_loss",
        "ten negatives at 0.5 have a sum of 5",
        lambda f: f(numbers(1, 1), torch.full((10,), 0.5)),
        1 + 5 - 2,
        0.5,
    ),
    ("mean_triplet_loss", "so `margin=0.5` has no effect", lambda f: f(numbers(0), numbers(0), margin=0.5), 1, 0.5),
    (
        "mean_triplet_loss",
        "a positive at 1 and a negative at 1.5 give 0",
        lambda f: f(numbers(1), numbers(1.5)),
        0,
        1.5,
    ),
    (
        "mean_triplet_loss",
        "positives 9 and 1 count as 1 instead of 5",
        lambda f: f(numbers(9, 1), numbers(4.5)),
        4.5,
        0.5,
    ),
    (
        "ndcg_at_k",
        "the ranking a, a with one relevant item a gives 1.63",
        lambda f: f(["a", "a"], {"a"}, 2),
        1.631,
        1.0,
    ),
    ("ndcg_at_k", "one hit at rank 1 gives 1", lambda f: f(["a", "x"], {"a", "b"}, 2), 1.0, 0.613),
    ("ndcg_at_k", "with one relevant item and k = 2", lambda f: f(["a", "x"], {"a"}, 2), 0.613, 1.0),
    ("ndcg_at_k", "with two relevant items and k = 1", lambda f: f(["a"], {"a", "b"}, 1), 0.613, 1.0),
    ("ndcg_at_k", "the best ranking gets 1.44", lambda f: f(["a"], {"a"}, 1), 1.443, 1.0),
    ("ndcg_at_k", "about 0.63", lambda f: f(["a"], {"a"}, 1), 0.631, 1.0),
    ("ndcg_at_k", "hits at ranks 1 and 2 give 1.63", lambda f: f(["a", "b"], {"a", "b"}, 2), 1.631, 1.0),
    ("ndcg_at_k", "Every hit gains 1", lambda f: f(["x", "a"], {"a"}, 2), 1.0, 0.631),
    ("ndcg_at_k", "item b counts at rank 2 instead of 3", lambda f: f(["a", "a", "b"], {"b"}, 3), 0.631, 0.5),
    ("ndcg_at_k", "this returns 0", lambda f: f(["a"], set(), 1), 0.0, ValueError),
    (
        "ndcg_at_k",
        "with k = 2, a relevant item at rank 3 still counts",
        lambda f: f(["x", "y", "a"], {"a"}, 2),
        0.5,
        0.0,
    ),
    (
        "norm_penalty",
        "the gradient NaN",
        lambda f: (lambda x: (f(x, 3.0).backward(), bool(x.grad.isnan().any())))(torch.zeros(1, 2).requires_grad_())[1],
        True,
        False,
    ),
    (
        "norm_penalty",
        "gives 0.05 instead of 5",
        lambda f: f(torch.cat([numbers(8)[:, None], torch.zeros(99, 1)]), 3.0),
        0.05,
        5,
    ),
    ("norm_penalty", "(3, 4) counts as 25", lambda f: penalty(f, (3, 4)), 25 - 3, 5 - 3),
    ("norm_penalty", "Rows below the limit add a negative amount", lambda f: penalty(f, *NORM_5_AND_1), 0, 2),
    ("norm_penalty", "The hinge comes after the sum", lambda f: penalty(f, *NORM_5_AND_1), 0, 2),
    (
        "norm_penalty",
        "give 5 instead of 3 and 4",
        lambda f: penalty(f, (3, 0), (0, 4), limit=1.0),
        5 - 1,
        (3 - 1) + (4 - 1),
    ),
    (
        "norm_penalty",
        "the lengths are 3 and 4 instead of 5 and 0",
        lambda f: penalty(f, (3, 4), (0, 0), limit=1.0),
        2 + 3,
        4,
    ),
    ("norm_penalty", "adds 2 instead of 0", lambda f: penalty(f, (1, 0)), 2, 0),
    ("norm_penalty", "(3, 4) has 7 instead of 5", lambda f: penalty(f, (3, 4)), 7 - 3, 5 - 3),
    (
        "normalise_duration",
        "get values near 0. Think about which statistics",
        lambda f: bool((minutes(f, 3, 4, 5, 600)[:3] < 0.01).all()),
        True,
        False,
    ),
    (
        "normalise_duration",
        "songs of 3 and 6 minutes get 0.005 and 0.01",
        lambda f: minutes(f, 3, 6, 600)[:2],
        [0.005, 0.01],
        ...,
    ),
    (
        "normalise_duration",
        "not limited to the range from 0 to 1",
        lambda f: bool((minutes(f, 3, 4, 5) < 0).any()),
        True,
        False,
    ),
    ("normalise_duration", "0 / 0 is NaN", lambda f: bool(minutes(f, 3, 3, 3).isnan().any()), True, False),
    (
        "normalise_duration",
        "get values below 0 or above 1",
        lambda f: bool((minutes(f, *range(1, 30)) > 1).any()),
        True,
        False,
    ),
    ("normalise_duration", "give falling numbers", lambda f: minutes(f, 1, 2, 3).diff().sign(), [-1, -1], [1, 1]),
    (
        "normalise_duration",
        "three tracks of 3 minutes get three numbers",
        lambda f: len(set(minutes(f, 3, 3, 3).tolist())),
        3,
        1,
    ),
    ("recall_at_k", "the ranking a, a with one relevant item a gives 2", lambda f: f(["a", "a"], {"a"}, 2), 2.0, 1.0),
    ("recall_at_k", "two hits among the first 10 give 0.2", lambda f: f(list("abcdefghij"), {"a", "b"}, 10), 0.2, 1.0),
    ("recall_at_k", "1 can be reached for every k", lambda f: f(["a"], {"a", "b"}, 1), 1.0, 0.5),
    (
        "recall_at_k",
        "in the ranking a, a, b with k = 2, item b counts",
        lambda f: f(["a", "a", "b"], {"b"}, 2),
        1.0,
        0.0,
    ),
    (
        "recall_at_k",
        "with k = 2, a relevant item at rank 3 still counts",
        lambda f: f(["x", "y", "a"], {"a"}, 2),
        1.0,
        0.0,
    ),
    ("recall_at_k", "this returns 0", lambda f: f(["a"], set(), 1), 0.0, ValueError),
    (
        "recall_at_k",
        "one of four relevant items gives 1 instead of 0.25",
        lambda f: f(["a"], set("abcd"), 1),
        1.0,
        0.25,
    ),
    ("recall_at_k", "one of two relevant items gives 50", lambda f: f(["a"], {"a", "b"}, 1), 50.0, 0.5),
    ("recall_at_k", "with k = 1 it is empty", lambda f: f(["a"], {"a"}, 1), 0.0, 1.0),
    (
        "score_catalogue",
        "in chunks of 4, track 5 gets the index 1",
        lambda f: catalogue(f, [0, 0, 0, 0, 0, 9], 1),
        [1],
        [5],
    ),
    (
        "score_catalogue",
        "only tracks 8 and 9 are ranked",
        lambda f: sorted(catalogue(f, [9] * 2 + [0] * 8, 2)),
        [8, 9],
        [0, 1],
    ),
    (
        "score_catalogue",
        "as with k = 5 and 3 tracks, 3 tracks come back",
        lambda f: len(catalogue(f, [1, 2, 3], 5)),
        3,
        ValueError,
    ),
    (
        "score_catalogue",
        "scores of 3, 7 and 9 instead of 9, 7 and 3",
        lambda f: catalogue(f, [3, 9, 7], 3),
        [0, 2, 1],
        [1, 2, 0],
    ),
    (
        "score_catalogue",
        "comes last if album 7 is in the context",
        lambda f: catalogue(f, [3, 9, 7], 3, albums=[1, 7, 2], context_album=7),
        [2, 0, 1],
        [1, 2, 0],
    ),
    (
        "score_catalogue",
        "a track with product 1.95 and a known album should come before one with 2",
        lambda f: catalogue(f, [1.95, 2], 2, albums=[7, 8], context_album=7),
        [1, 0],
        [0, 1],
    ),
    (
        "score_catalogue",
        "of 10 tracks in chunks of 4, the last two are missing",
        lambda f: catalogue(f, list(range(10)), 1),
        [7],
        [9],
    ),
    ("score_catalogue", "with k = 4, 2 remain", lambda f: len(catalogue(f, list(range(10)), 4)), 2, 4),
    (
        "self_affinity_loss",
        "a product of 0.4 gives 0 instead of 0.4",
        lambda f: self_loss(f, negatives=(0.4**0.5,)),
        0,
        0.4,
    ),
    (
        "self_affinity_loss",
        "with product -0.2 they cost 0.2",
        lambda f: f(numbers(9)[:, None], numbers(9)[:, None], numbers(0.2**0.5, -(0.2**0.5))[:, None]),
        0.1,
        0.1,
    ),
    (
        "self_affinity_loss",
        "products of 1 and 0 give 0 instead of 0.25",
        lambda f: f(torch.eye(2), 9 * torch.ones(1, 2), torch.zeros(1, 2)),
        0,
        0.25,
    ),
    ("self_affinity_loss", "64 negatives have 4,096 products", lambda f: self_loss(f, negatives=(1,) * 64), 4096, 1),
    ("self_affinity_loss", "nothing pulls the next tracks together", lambda f: self_loss(f, next_tracks=(0,)), 0, 0.5),
    (
        "self_affinity_loss",
        "1 instead of 2",
        lambda f: (lambda x: (f(numbers(9)[:, None], numbers(9)[:, None], x).backward(), x.grad[0, 0]))(
            torch.ones(1, 1).requires_grad_()
        )[1],
        1,
        2,
    ),
]
