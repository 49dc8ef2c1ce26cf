import math

import torch
from torch import nn


class States:
    def __init__(self, states):
        self.last_hidden_state = states


class FakeEncoder(nn.Module):
    """Hidden states (B, L, 3) from a table; tokens that the mask hides change all others, unless it is given."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.table = nn.Embedding(10, 3)

    def forward(self, input_ids, attention_mask=None):
        states = self.table(input_ids)
        seen = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        return States(states + (states * seen[..., None]).sum(dim=1, keepdim=True))


class Times(nn.Module):
    """An encoder that multiplies its input, and adds its mask."""

    def __init__(self, factor):
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(float(factor)))

    def forward(self, ids, mask=None):
        return self.factor * ids.float() + (0 if mask is None else mask.float())


IDS = torch.tensor([[1, 2, 3, 0, 0]])
MASK = torch.tensor([[1, 1, 1, 0, 0]])
NUMBERS = torch.tensor([[1.0, 2.0]])


def padding_counts(f):
    model = f(FakeEncoder())
    return not torch.allclose(model(IDS[:, :3], MASK[:, :3]), model(IDS, MASK))


class Given(nn.Module):
    """A model whose questions and passages have the given dot products."""

    def __init__(self, scores):
        super().__init__()
        self.scores = torch.tensor(scores, dtype=torch.float32)

    def forward(self, Q=None, Q_mask=None, P=None, P_mask=None):
        return torch.eye(len(self.scores)), self.scores.T.contiguous()


def in_batch(f, scores, labels):
    return f(Given(scores), batch(scores, labels))


def batch(scores, labels):
    questions, passages = len(scores), len(scores[0])
    ones = torch.ones(questions, 1).long(), torch.ones(passages, 1).long()
    return ones[0], ones[0], ones[1], ones[1], torch.tensor(labels)


def nce(f, scores, positive, negatives):
    return f(torch.tensor(scores, dtype=torch.float32), torch.tensor(positive), torch.tensor(negatives))


def lse(*values):
    return math.log(sum(math.exp(value) for value in values))


def recall(f, indices, gold, ks):
    return f(torch.tensor(indices), torch.tensor(gold), ks)


def search(f, scores, k, chunk_size=4):
    """The result for one question, whose dot products with the passages are these."""
    values, indices = f(torch.ones(1, 1), torch.tensor(scores, dtype=torch.float32)[:, None], k, chunk_size)
    return values[0].tolist(), indices[0].tolist()


EXAMPLES = [
    ("CLSEncoder", "when 2 places of padding follow", padding_counts, True, False),
    (
        "CLSEncoder",
        "contains all positions of the first text",
        lambda f: tuple(f(FakeEncoder())(IDS.repeat(2, 1)).shape),
        (5, 3),
        (2, 3),
    ),
    (
        "CLSEncoder",
        "(2, 5, D) instead of (2, D)",
        lambda f: tuple(f(FakeEncoder())(IDS.repeat(2, 1)).shape),
        (2, 5, 3),
        (2, 3),
    ),
    ("CLSEncoder", "when a text of 5 tokens joins its batch", padding_counts, True, False),
    ("CLSEncoder", "scales each vector to length 1", lambda f: f(FakeEncoder())(IDS).norm(), 1, ...),
    ("CLSEncoder", "(B, L). The whole vector", lambda f: tuple(f(FakeEncoder())(IDS).shape), (1, 5), (1, 3)),
    ("CLSEncoder", "its `requires_grad` is False", lambda f: f(FakeEncoder())(IDS).requires_grad, False, True),
    ("CLSEncoder", "adds 2 parameters", lambda f: len(list(f(FakeEncoder()).parameters())), 3, 1),
    (
        "CLSEncoder",
        "stops with an AttributeError",
        lambda f: f(FakeEncoder()).encoder is not None,
        AttributeError,
        True,
    ),
    (
        "CLSEncoder",
        "`attention_mask=None` raises an AttributeError",
        lambda f: f(FakeEncoder())(IDS).numel(),
        AttributeError,
        3,
    ),
    ("DualEncoder", "here it raises an error", lambda f: f(Times(2), Times(3))(NUMBERS)[1], AttributeError, None),
    (
        "DualEncoder",
        "the passage encoder is never used",
        lambda f: f(Times(2), Times(3))(P=torch.ones(1))[1],
        [2],
        [3],
    ),
    (
        "DualEncoder",
        "the question 1 becomes 3 instead of 2",
        lambda f: f(Times(2), Times(3))(torch.ones(1))[0],
        [3],
        [2],
    ),
    (
        "DualEncoder",
        "Neither encoder gets a mask",
        lambda f: f(Times(2), Times(3))(torch.ones(1), torch.ones(1))[0],
        [2],
        [3],
    ),
    (
        "DualEncoder",
        "The passages are encoded with the mask of the questions",
        lambda f: f(Times(2), Times(3))(torch.ones(1), torch.zeros(1), torch.ones(1), torch.ones(1))[1],
        [3],
        [4],
    ),
    (
        "DualEncoder",
        "a single tensor instead of a pair",
        lambda f: type(f(Times(2), Times(3))(NUMBERS)),
        torch.Tensor,
        tuple,
    ),
    (
        "DualEncoder",
        "one (2, 3) tensor instead of (2, D) and (3, D)",
        lambda f: tuple(f(Times(2), Times(3))(torch.ones(2, 4), None, torch.ones(3, 4), None)[0].shape),
        (3,),
        (2, 4),
    ),
    (
        "DualEncoder",
        "the two copies are no longer tied",
        lambda f: (lambda tied, both: both.query_encoder is both.passage_encoder)(
            *(lambda one: (one, f(one, one)))(Times(2))
        ),
        False,
        True,
    ),
    (
        "DualEncoder",
        "(3, 4) becomes (0.6, 0.8)",
        lambda f: f(Times(1), Times(1))(torch.tensor([[3.0, 4.0]]))[0],
        [[0.6, 0.8]],
        [[3, 4]],
    ),
    (
        "DualEncoder",
        "the passage encoder gets no gradient",
        lambda f: f(Times(2), Times(3))(P=NUMBERS)[1].requires_grad,
        False,
        True,
    ),
    (
        "in_batch_nce_loss",
        "with the labels (2, 0), the positive of question 0 is passage 2",
        lambda f: in_batch(f, [[0, 0, 5], [5, 0, 0]], [2, 0])[0],
        (lse(0, 0, 5) + lse(5, 0, 0)) / 2,
        lse(0, -5, -5),
    ),
    (
        "in_batch_nce_loss",
        "with 2 questions and 5 passages, 3 are left out",
        lambda f: in_batch(f, [[0] * 5, [0] * 5], [0, 1])[0],
        math.log(2),
        math.log(5),
    ),
    (
        "in_batch_nce_loss",
        "every score lies between -1 and 1",
        lambda f: in_batch(f, [[9, 0], [0, 9]], [0, 1])[0],
        lse(0, -1),
        0,
    ),
    (
        "in_batch_nce_loss",
        "such as tensor(3)",
        lambda f: type(in_batch(f, [[9, 0], [0, 9]], [0, 1])[1]),
        torch.Tensor,
        int,
    ),
    ("in_batch_nce_loss", "0.5 for one of two", lambda f: in_batch(f, [[9, 0], [9, 0]], [0, 1])[1], 0.5, 1),
    (
        "in_batch_nce_loss",
        "even the scores [100, 0] give a loss of 0.31",
        lambda f: in_batch(f, [[100, 0], [0, 100]], [0, 1])[0],
        0.3133,
        0,
    ),
    (
        "in_batch_nce_loss",
        "the questions compete for each passage",
        lambda f: in_batch(f, [[1, 0], [1, 0]], [0, 1])[0],
        math.log(2),
        (lse(0, -1) + lse(0, 1)) / 2,
    ),
    (
        "in_batch_nce_loss",
        "with the scores [[3, 2], [4, 5]], gold passage 0 prefers question 1",
        lambda f: in_batch(f, [[3, 2], [4, 5]], [0, 1])[1],
        1,
        2,
    ),
    (
        "in_batch_nce_loss",
        "a score of 6 becomes 3",
        lambda f: in_batch(f, [[6, 0, 0, 0]] * 4, [0] * 4)[0],
        lse(0, -3, -3, -3),
        lse(0, -6, -6, -6),
    ),
    ("nce_loss", "a positive of 5 and one negative of 0 give -5", lambda f: nce(f, [[5, 0]], [0], [[1]]), -5, 0.0067),
    (
        "nce_loss",
        "with 5 columns, 1 positive and 2 negatives",
        lambda f: nce(f, [[0] * 5], [0], [[1, 2]]),
        math.log(5),
        math.log(3),
    ),
    ("nce_loss", "Column 0 of the scores", lambda f: nce(f, [[9, 0, 0]], [1], [[2]]), 0, math.log(2)),
    (
        "nce_loss",
        "there is no column 4 any more",
        lambda f: nce(f, [[0, 0, 0, 0, 5]], [4], [[1, 2]]),
        lse(5, 0, 0),
        lse(0, -5, -5),
    ),
    (
        "nce_loss",
        "the negatives of question 0",
        lambda f: nce(f, [[0, 0, 9], [9, 0, 0]], [0, 0], [[1], [2]]),
        (math.log(2)) / 2,
        math.log(2) / 2,
    ),
    (
        "nce_loss",
        "losses of 1 and 3 give 4 instead of 2",
        lambda f: nce(f, [[0, 0], [0, 0]], [0, 0], [[1], [1]]),
        2 * math.log(2),
        math.log(2),
    ),
    ("nce_loss", "a score of 89 or more", lambda f: bool(nce(f, [[89, 0]], [0], [[1]]).isfinite()), False, True),
    ("nce_loss", "exp(0) = 1, so they still add", lambda f: nce(f, [[0, 0, 9]], [0], [[1]]), math.log(3), math.log(2)),
    ("nce_loss", "which is never above 0", lambda f: nce(f, [[0, 0]], [0], [[1]]), -math.log(2), math.log(2)),
    (
        "nce_loss",
        "adding 10 to all scores of a question changes the loss",
        lambda f: torch.allclose(nce(f, [[1, 0]], [0], [[1]]), nce(f, [[11, 10]], [0], [[1]]), atol=1e-4),
        False,
        True,
    ),
    ("nce_loss", "a Python number such as 0.7", lambda f: type(nce(f, [[0, 0]], [0], [[1]])), float, torch.Tensor),
    ("recall_at_k", "0.5 for one of two questions", lambda f: recall(f, [[1], [2]], [1, 9], (1,)), {1: 0.5}, {1: 50.0}),
    (
        "recall_at_k",
        "with k = 2, a gold passage in first place counts only 1/2",
        lambda f: recall(f, [[1, 2]], [1], (2,)),
        {2: 50.0},
        {2: 100.0},
    ),
    (
        "recall_at_k",
        "with k = 2, a gold passage in first place counts as missed",
        lambda f: recall(f, [[1, 2]], [1], (2,)),
        {2: 0.0},
        {2: 100.0},
    ),
    (
        "recall_at_k",
        "with k = 1, a gold passage in second place counts as found",
        lambda f: recall(f, [[1, 2]], [2], (1,)),
        {1: 100.0},
        {1: 0.0},
    ),
    ("recall_at_k", "such as tensor(50.)", lambda f: type(recall(f, [[1], [2]], [1, 9], (1,))[1]), torch.Tensor, float),
    (
        "recall_at_k",
        "33.33... becomes 33.3",
        lambda f: round(recall(f, [[1], [2], [3]], [1, 9, 9], (1,))[1], 6),
        33.3,
        33.333333,
    ),
    (
        "recall_at_k",
        "R@100 is really R@20",
        lambda f: recall(f, [list(range(20))], [0], (100,)),
        {100: 100.0},
        ValueError,
    ),
    (
        "recall_at_k",
        "the ks (100, 5)",
        lambda f: recall(f, [list(range(20))], [0], (100, 5)),
        {100: 100.0, 5: 100.0},
        ValueError,
    ),
    (
        "recall_at_k",
        "the ranking [7, 1] of question 0 counts as a hit",
        lambda f: recall(f, [[7, 1], [2, 3]], [4, 7], (2,)),
        {2: 50.0},
        {2: 0.0},
    ),
    ("recall_at_k", "a list such as [50.0, 75.0]", lambda f: type(recall(f, [[1], [2]], [1, 9], (1,))), list, dict),
    (
        "top_k_passages",
        "passage 5 gets the index 1",
        lambda f: search(f, [0, 0, 0, 0, 0, 9], 1),
        ([9.0], [1]),
        ([9.0], [5]),
    ),
    (
        "top_k_passages",
        "They win against every negative score",
        lambda f: search(f, [-1, -2, -3], 1),
        ([0.0], [0]),
        ([-1.0], [0]),
    ),
    ("top_k_passages", "as with k = 5 and 3 passages", lambda f: len(search(f, [1, 2, 3], 5)[0]), 3, ValueError),
    (
        "top_k_passages",
        "A k above `chunk_size` raises an error",
        lambda f: len(search(f, [1, 2, 3, 4, 5], 5)[0]),
        ValueError,
        5,
    ),
    (
        "top_k_passages",
        "scores of 3, 7 and 9 instead of 9, 7 and 3",
        lambda f: search(f, [3, 9, 7], 3),
        ([3.0, 7.0, 9.0], [0, 2, 1]),
        ([9.0, 7.0, 3.0], [1, 2, 0]),
    ),
    (
        "top_k_passages",
        "of 10 passages in chunks of 4, the last two are missing",
        lambda f: search(f, list(range(10)), 1)[1],
        [7],
        [9],
    ),
]
