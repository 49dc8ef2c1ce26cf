import math

import torch


def scores(*values):
    table = torch.tensor(values, dtype=torch.float32)
    return torch.eye(len(table)), table.T.contiguous()


def lse(*values):
    return math.log(sum(math.exp(value) for value in values))


def loss(f, labels, *values):
    return f(*scores(*values), torch.tensor(labels))


def kept(f, score, margin=1.0):
    """Whether a negative with this score is kept where gold has 6."""
    return bool(f(torch.tensor([[float(score)]]), torch.tensor([6.0]), margin)[0, 0])


def mine(f, values, right, k, chunk_size=4):
    return f(*scores(values), {0: set(right)} if right is not None else {}, k=k, chunk_size=chunk_size)[0]


EXAMPLES = [
    ("choose_hard_negative", "[5, 2, 8] with gold 5 gives 5", lambda f: f([5, 2, 8], 5), 5, 2),
    ("choose_hard_negative", "[5, 2, 8] with gold 8 gives 2", lambda f: f([5, 2, 8], 8), 2, 5),
    ("choose_hard_negative", "from 257 on", lambda f: f([int("300"), 2], int("300")), 300, 2),
    ("choose_hard_negative", "passage 0 is never chosen", lambda f: f([0, 2], 8), 2, 0),
    ("choose_hard_negative", "as in [5, 5] with gold 5", lambda f: f([5, 5], 5), None, ValueError),
    ("choose_hard_negative", "`remove` takes away only the first", lambda f: f([5, 5, 2], 5), 5, 2),
    ("choose_hard_negative", "[5, 2, 8] with gold 5 gives 8", lambda f: f([5, 2, 8], 5), 8, 2),
    ("choose_hard_negative", "[5, 2] with gold 8 gives 2 instead of 5", lambda f: f([5, 2], 8), 2, 5),
    ("filter_false_negatives", "a harmless negative with score 2 gives False", lambda f: kept(f, 2), False, True),
    ("filter_false_negatives", "the score 5 gives False", lambda f: kept(f, 5), False, True),
    ("filter_false_negatives", "even a score of 7 is kept", lambda f: kept(f, 7), True, False),
    (
        "filter_false_negatives",
        "with gold 6 and margin 0.5, the limit is 3 instead of 5.5",
        lambda f: [kept(f, score, 0.5) for score in (3, 3.1, 5.5, 5.6)],
        [True, False, False, False],
        [True, True, True, False],
    ),
    (
        "filter_false_negatives",
        "compared with the gold score of question 0",
        lambda f: f(torch.full((2, 2), 5.0), torch.tensor([9.0, 1.0]), 1.0).tolist(),
        [[True, False], [True, False]],
        [[True, True], [False, False]],
    ),
    (
        "filter_false_negatives",
        "scores of 9 and 3 with gold 6 and margin 1 get the limit 8 instead of 5",
        lambda f: f(torch.tensor([[9.0, 3.0, 7.0]]), torch.tensor([6.0]), 1.0).tolist(),
        [[False, True, True]],
        [[False, True, False]],
    ),
    ("filter_false_negatives", "a score of 5.9 gives True", lambda f: kept(f, 5.9), True, False),
    (
        "filter_false_negatives",
        "scores of 2 and of 9 both give True",
        lambda f: [kept(f, 2), kept(f, 9)],
        [True, True],
        [True, False],
    ),
    (
        "hard_negative_loss",
        "with the labels (2, 0), the answer to question 0 is passage 2",
        lambda f: loss(f, [2, 0], [0, 0, 5], [5, 0, 0])[0],
        (lse(0, 0, 5) + lse(5, 0, 0)) / 2,
        lse(0, -5, -5),
    ),
    (
        "hard_negative_loss",
        "with 2 questions and 4 passages",
        lambda f: loss(f, [0, 1], [0] * 4, [0] * 4)[0],
        math.log(2),
        math.log(4),
    ),
    ("hard_negative_loss", "scores lie between -1 and 1", lambda f: loss(f, [0, 1], [9, 0], [0, 9])[0], lse(0, -1), 0),
    (
        "hard_negative_loss",
        "a score of 6 becomes 3",
        lambda f: loss(f, [0] * 4, *[[6, 0, 0, 0]] * 4)[0],
        lse(0, -3, -3, -3),
        lse(0, -6, -6, -6),
    ),
    (
        "hard_negative_loss",
        "losses of 1 and 3 give 4 instead of 2",
        lambda f: loss(f, [0, 1], [0, 0], [0, 0])[0],
        2 * math.log(2),
        math.log(2),
    ),
    (
        "hard_negative_loss",
        "even the scores [100, 0] give a loss of 0.31",
        lambda f: loss(f, [0, 1], [100, 0], [0, 100])[0],
        0.3133,
        0,
    ),
    ("hard_negative_loss", "such as tensor(3)", lambda f: type(loss(f, [0, 1], [1, 0], [0, 1])[1]), torch.Tensor, int),
    ("hard_negative_loss", "0.5 for one of two questions", lambda f: loss(f, [0, 1], [1, 0], [1, 0])[1], 0.5, 1),
    ("hard_negative_loss", "gold passage 0 prefers question 1", lambda f: loss(f, [0, 1], [3, 2], [4, 5])[1], 1, 2),
    (
        "hard_negative_loss",
        "a score of 89 or more",
        lambda f: bool(loss(f, [0, 1], [89, 0], [0, 89])[0].isfinite()),
        False,
        True,
    ),
    ("mine_hard_negatives", "where all other scores are negative", lambda f: mine(f, [-1, -2, 9], [2], 1), [2], [0]),
    (
        "mine_hard_negatives",
        "with the right items {3, 8}, item 8 can come back",
        lambda f: mine(f, [0, 0, 0, 9, 0, 0, 0, 1, 9], [3, 8], 1),
        [8],
        [7],
    ),
    (
        "mine_hard_negatives",
        "in chunks of 4, item 5 gets the index 1",
        lambda f: mine(f, [0, 0, 0, 0, 0, 9], [], 1),
        [1],
        [5],
    ),
    (
        "mine_hard_negatives",
        "With 5 items of which 3 are right",
        lambda f: len(mine(f, [1, 2, 3, 4, 5], [0, 1, 2], 3)),
        3,
        ValueError,
    ),
    (
        "mine_hard_negatives",
        "Of 5 items with 4 right ones",
        lambda f: len(mine(f, [1, 2, 3, 4, 5], [0, 1, 2, 3], 2)),
        2,
        ValueError,
    ),
    (
        "mine_hard_negatives",
        "of the scores 9, 5 and 1, the one with 1 comes first",
        lambda f: mine(f, [9, 5, 1], [], 1),
        [2],
        [0],
    ),
    ("mine_hard_negatives", "raises a KeyError", lambda f: mine(f, [9, 5, 1], None, 1), KeyError, [0]),
    (
        "mine_hard_negatives",
        "with k = 3, and one right item among them, 2 are left",
        lambda f: len(mine(f, [9, 5, 1, 0], [0], 3)),
        2,
        3,
    ),
    (
        "mine_hard_negatives",
        "item 0 for question 0, even if its right items are {3, 8}",
        lambda f: mine(f, [7, 0, 0, 9, 0, 0, 0, 0, 8], [3, 8], 1),
        [3],
        [0],
    ),
]
