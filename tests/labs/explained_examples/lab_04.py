import math

import torch
from torch import nn


def rows(*values):
    return torch.tensor(values, dtype=torch.float32)


def scores(*values):
    """Queries and passages with these dot products."""
    table = torch.tensor(values, dtype=torch.float32)
    return torch.eye(len(table)), table.T.contiguous()


def masked(f, groups, *values):
    return f(*scores(*values), torch.tensor(groups))


def lse(*values):
    return math.log(sum(math.exp(value) for value in values))


class Counting(nn.Linear):
    """An encoder that notes how many rows it gets."""

    def __init__(self, size=2):
        super().__init__(size, size, bias=False)
        self.sizes = []
        with torch.no_grad():
            self.weight.copy_(torch.eye(size))

    def forward(self, rows):
        self.sizes.append(len(rows))
        return super().forward(rows)


def cached(f, pairs=8, micro_batch=4, passages=None, temperature=1.0, tied=False, before=None):
    """The encoders after a call, and what it returned."""
    query_encoder = Counting()
    passage_encoder = query_encoder if tied else Counting()
    generator = torch.Generator().manual_seed(0)
    queries, others = torch.randn(pairs, 2, generator=generator), torch.randn(passages or pairs, 2, generator=generator)
    if before is not None:
        query_encoder.weight.grad = torch.full((2, 2), before)
    result = f(query_encoder, passage_encoder, queries, others, temperature, micro_batch)
    return query_encoder, passage_encoder, result


def compared_with_the_whole_batch(f, **kwargs):
    """The gradient of the query encoder, divided by that of the whole batch in one call."""
    whole = cached(lambda q, p, queries, passages, t, m: in_one(q, p, queries, passages, t), **kwargs)[0].weight.grad
    return (cached(f, **kwargs)[0].weight.grad / whole).flatten()[0]


def in_one(query_encoder, passage_encoder, queries, passages, temperature):
    logits = query_encoder(queries) @ passage_encoder(passages).T / temperature
    loss = nn.functional.cross_entropy(logits, torch.arange(len(queries)))
    loss.backward()
    return loss.item()


def loss_of(f, **kwargs):
    return cached(f, **kwargs)[2] - cached(lambda *args: in_one(*args[:5]), **kwargs)[2]


EXAMPLES = [
    ("cached_backward", "it gets 100 rows instead of 10", lambda f: max(cached(f, 100, 10)[0].sizes), 100, 10),
    ("cached_backward", "0.3 becomes 0.6", compared_with_the_whole_batch, 2, 1),
    ("cached_backward", "its layers need memory for 100", lambda f: max(cached(f, 100, 10)[0].sizes), 100, 10),
    (
        "cached_backward",
        "the .grad of the passage encoder stays None",
        lambda f: cached(f)[1].weight.grad is None,
        True,
        False,
    ),
    (
        "cached_backward",
        "What was in .grad before the call is deleted",
        lambda f: (cached(f, before=1.0)[0].weight.grad - cached(f)[0].weight.grad).flatten()[0],
        0,
        1,
    ),
    (
        "cached_backward",
        "with 4 pieces, 2 becomes 0.5",
        lambda f: compared_with_the_whole_batch(f, pairs=8, micro_batch=2),
        0.25,
        1,
    ),
    ("cached_backward", "two are skipped", lambda f: sum(cached(f, 10, 4)[0].sizes), 18, 20),
    ("cached_backward", "each piece has 25 rows", lambda f: max(cached(f, 100, 4)[0].sizes), 25, 4),
    ("cached_backward", "those at temperature 1", lambda f: abs(loss_of(f, temperature=0.1)) < 1e-3, False, True),
    (
        "cached_backward",
        "with 2 queries and 5 passages, three are ignored",
        lambda f: sum(cached(f, 2, 2, 5)[1].sizes),
        4,
        10,
    ),
    ("cached_backward", "such as tensor(0.7), not 0.7", lambda f: type(cached(f)[2]), torch.Tensor, float),
    ("count_negatives", "4 for each query in a batch of 4", lambda f: f(4)["negatives_per_positive"], 4, 3),
    ("count_negatives", "16 for 4 pairs", lambda f: f(4)["total_negative_pairs"], 16, 12),
    ("count_negatives", "6 for 4 pairs. Query", lambda f: f(4)["total_negative_pairs"], 6, 12),
    ("count_negatives", '"positives" is 1', lambda f: f(4)["positives"], 1, 4),
    ("count_negatives", "for 512 pairs it reads 1:511", lambda f: f(512)["negative_ratio"], "1:511", "511:1"),
    ("count_negatives", "511.0 instead of 511", lambda f: repr(f(512)["negatives_per_positive"]), "511.0", "511"),
    ("count_negatives", "6 instead of 3 for 4 pairs", lambda f: f(4)["negatives_per_positive"], 6, 3),
    ("embedding_memory_mb", "8 vectors instead of 16", lambda f: f(8, 1, 2**20), 8.0, 16.0),
    ("embedding_memory_mb", "about 5% larger", lambda f: f(8, 2**10), 0.065536, 0.0625),
    ("embedding_memory_mb", "1024 times too large", lambda f: f(8, 2**10) / 0.0625, 1024.0, 1.0),
    ("embedding_memory_mb", "1,000 numbers in float32 need 4,000 bytes", lambda f: f(1, 500) * 2**20, 1000.0, 4000.0),
    ("embedding_memory_mb", "half precision seems to save no memory", lambda f: f(8, 2**10, 2), 0.0625, 0.03125),
    ("embedding_memory_mb", "8 times too large", lambda f: f(8, 2**10), 0.5, 0.0625),
    ("embedding_memory_mb", "0.9 becomes 0", lambda f: f(900, 2**7), 0.0, 0.879),
    ("embedding_memory_mb", "0.004 MB becomes 0", lambda f: f(4, 2**7), 0.0, 0.0039),
    ("expected_false_negatives", "expects a false negative now and then", lambda f: f([1, 1], 2), 0.5, 0.0),
    (
        "expected_false_negatives",
        "in a batch of 4, the anchor has 4 others instead of 3",
        lambda f: f([4], 4),
        4.0,
        3.0,
    ),
    ("expected_false_negatives", "a group of 1 counts as much as a group of 90", lambda f: f([1, 90], 2), 0.494, 0.978),
    (
        "expected_false_negatives",
        "[90, 10] gives the same result as [50, 50]",
        lambda f: [round(f(groups, 5), 3) for groups in ([90, 10], [50, 50])],
        [1.98, 1.98],
        [3.273, 1.98],
    ),
    ("expected_false_negatives", "it is 2", lambda f: f([2, 2, 2, 1], 4) * 0.5 / 0.428571, 2.0, 0.5),
    ("expected_false_negatives", "filled from 10 instead of 9", lambda f: f([10], 2), 0.9, 1.0),
    ("expected_false_negatives", "for [2] and a batch of 2 it is 0.5", lambda f: f([2], 2), 0.5, 1.0),
    ("expected_false_negatives", "the division raises an error", lambda f: f([1], 1), ZeroDivisionError, 0.0),
    (
        "expected_false_negatives",
        "a different number every time",
        lambda f: f([3, 3, 4], 5) == f([3, 3, 4], 5),
        False,
        True,
    ),
    (
        "in_batch_loss",
        "their lengths make no difference",
        lambda f: f(*scores([1, 0], [0, 1])) == f(*scores([9, 0], [0, 9])),
        True,
        False,
    ),
    ("in_batch_loss", "scores of 10 and 0 become 1 and 0", lambda f: f(*scores([10, 0], [0, 10]), 0.1), lse(0, -1), 0),
    ("in_batch_loss", "only at temperature 1", lambda f: f(*scores([1, 0], [0, 1]), 0.1), lse(0, -1), 0),
    (
        "in_batch_loss",
        "with 2 queries and 5 passages, three are ignored",
        lambda f: f(*scores([0] * 5, [0] * 5)),
        math.log(2),
        math.log(5),
    ),
    (
        "in_batch_loss",
        "the softmax for passage 0 compares query 0 and query 1",
        lambda f: f(*scores([1, 1], [0, 0])),
        (lse(0, -1) + lse(0, 1)) / 2,
        math.log(2),
    ),
    (
        "in_batch_loss",
        "even for the scores [100, 0], the loss is 0.31",
        lambda f: f(*scores([100, 0], [0, 100])),
        0.3133,
        0,
    ),
    ("in_batch_loss", "for 4 queries", lambda f: f(torch.zeros(4, 2), torch.zeros(4, 2)), 4 * math.log(4), math.log(4)),
    ("in_batch_loss", "one loss for each query", lambda f: tuple(f(*scores([0, 0], [0, 0])).shape), (2,), ()),
    ("in_batch_loss", "of any score above 89", lambda f: bool(f(*scores([89, 0], [0, 89])).isfinite()), False, True),
    (
        "in_batch_loss",
        "`passages.grad` is None",
        lambda f: (lambda p: (f(torch.ones(2, 2).requires_grad_(), p).backward(), p.grad is None))(
            torch.eye(2).requires_grad_()
        )[1],
        True,
        False,
    ),
    ("in_batch_loss", "a plain number such as 0.7", lambda f: type(f(*scores([0, 0], [0, 0]))), float, torch.Tensor),
    ("masked_in_batch_loss", "the loss infinite", lambda f: masked(f, [1, 2], [0, 0], [0, 0]), torch.inf, math.log(2)),
    ("masked_in_batch_loss", "exp(0) is 1", lambda f: masked(f, [1, 1], [0, 9], [9, 0]), math.log(2), 0),
    (
        "masked_in_batch_loss",
        "set to a fixed number, -10000",
        lambda f: masked(f, [1, 1], [-20000, 0], [0, -20000]),
        10000,
        0,
    ),
    (
        "masked_in_batch_loss",
        "query 0 leaves out passage 2 and keeps passage 1",
        lambda f: masked(f, [1, 1, 2], [0, 3, 5], [3, 0, 5], [0, 0, 0]),
        (lse(0, 3) + lse(0, 3) + 0) / 3,
        (lse(0, 5) + lse(0, 5) + math.log(3)) / 3,
    ),
    (
        "masked_in_batch_loss",
        "passage 2 still counts as a negative of query 0",
        lambda f: masked(f, [1, 2, 1], [0, 0, 5], [0, 0, 0]),
        (lse(0, 0, 5) + math.log(3)) / 2,
        (lse(0, 0) + math.log(3)) / 2,
    ),
    (
        "masked_in_batch_loss",
        "query 0 is pulled towards passages 0 and 1",
        lambda f: masked(f, [1, 1, 2], [0, 0, 0], [0, 0, 0], [0, 0, 0]),
        math.log(3),
        (math.log(2) * 2 + math.log(3)) / 3,
    ),
    (
        "masked_in_batch_loss",
        "[1, 1, 2] and [1, 2, 3] give the same loss",
        lambda f: masked(f, [1, 1, 2], *[[0, 1, 2]] * 3) == masked(f, [1, 2, 3], *[[0, 1, 2]] * 3),
        True,
        False,
    ),
    (
        "masked_in_batch_loss",
        "only query 2 remains",
        lambda f: masked(f, [1, 1, 2], [0, 0, 5], [0, 0, 5], [0, 0, 0]),
        math.log(3),
        (2 * lse(0, 5) + math.log(3)) / 3,
    ),
    (
        "masked_in_batch_loss",
        "query 2 loses passages 0 and 1",
        lambda f: masked(f, [1, 1, 2], [0, 0, 0], [0, 0, 0], [0, 0, 0]),
        2 * math.log(2) / 3,
        (2 * math.log(2) + math.log(3)) / 3,
    ),
    (
        "masked_in_batch_loss",
        "of any score above 89",
        lambda f: bool(masked(f, [1, 2], [89, 0], [0, 89]).isfinite()),
        False,
        True,
    ),
    (
        "masked_in_batch_loss",
        "at 0.1, a score of 2 should count as 20",
        lambda f: f(*scores([0, 2], [2, 0]), torch.tensor([1, 2]), 0.1),
        lse(0, 2),
        20,
    ),
    ("similarity_memory_mb", "16 scores are counted instead of 24", lambda f: f(4, 6, 2**20), 16.0, 24.0),
    ("similarity_memory_mb", "this counts 36 scores", lambda f: f(4, 6, 2**20), 36.0, 24.0),
    ("similarity_memory_mb", "48 scores instead of 24", lambda f: f(4, 6, 2**20), 48.0, 24.0),
    ("similarity_memory_mb", "this counts 20 scores", lambda f: f(4, 6, 2**20), 20.0, 24.0),
    ("similarity_memory_mb", "this counts 10 scores", lambda f: f(4, 6, 2**20), 10.0, 24.0),
    ("similarity_memory_mb", "half precision seems to save no memory", lambda f: f(512, 512, 2), 1.0, 0.5),
    ("similarity_memory_mb", "about 5% larger", lambda f: f(512, 512), 1.0486, 1.0),
    ("similarity_memory_mb", "4 times None has no value", lambda f: f(4), TypeError, 4 * 4 * 4 / 2**20),
    ("similarity_memory_mb", "0.9 becomes 0", lambda f: f(480, 490), 0.0, 0.897),
]
