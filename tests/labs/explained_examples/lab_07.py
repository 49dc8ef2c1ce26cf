import math

import torch

ANCHORS = torch.tensor([[1.0, 2.0], [5.0, 9.0]])
NEGATIVES = torch.tensor([[0.0, 0.0], [2.0, 1.0], [7.0, 3.0]])


def rows(*values):
    return torch.tensor(values, dtype=torch.float32)


def recipe_error(f):
    """The largest error of the published recipe on the tables that an answer returns."""
    anchors, negatives = f()
    shape = (len(negatives), len(anchors), anchors.shape[1])
    first = anchors.repeat_interleave(shape[0], dim=-1).reshape(shape[1], shape[0], shape[2]).transpose(0, 1)
    second = negatives.repeat_interleave(shape[1], dim=-1).reshape(shape)
    right = (negatives.unsqueeze(1) - anchors).square().sum(dim=-1)
    return float(((second - first).square().sum(dim=-1) - right).abs().max())


def far(f, shift, distance=1.0):
    """The distance of two numbers far from the origin."""
    return f(rows([shift]), rows([shift + distance]))[0, 0]


def hinges(f, distances_to_positive, distances_to_negatives, margin=1.0):
    """The loss of anchors at 0, far apart in their own features, with one negative each that counts."""
    anchors = torch.zeros(1, 1)
    positives = rows([math.sqrt(distances_to_positive)])
    return f(anchors, positives, rows(*[[math.sqrt(each)] for each in distances_to_negatives]), margin)


def gradient(f, *tensors):
    inputs = [tensor.clone().requires_grad_() for tensor in tensors]
    f(*inputs).sum().backward()
    return inputs[0].grad


def learns(f, which):
    inputs = [each.clone().requires_grad_() for each in (ANCHORS, ANCHORS + 1, NEGATIVES)]
    f(*inputs).sum().backward()
    return inputs[which].grad is not None


def loss_learns(f, which):
    return learns(lambda *inputs: f(*inputs, 100.0), which)


SEMI = (torch.tensor([2.0]), torch.tensor([[2.0], [3.0], [0.5], [1.5], [9.0], [0.0]]))


def semi_hard(f, distance):
    return bool(f(torch.tensor([2.0]), torch.tensor([[float(distance)]]), 1.0)[0, 0])


EXAMPLES = [
    (
        "anchor_negative_distances",
        "On both sides, each feature is repeated in place",
        lambda f: f(rows([1, 2]), rows([0, 0], [0, 0])),
        [[2], [8]],
        [[5], [5]],
    ),
    (
        "anchor_negative_distances",
        "the features of each anchor are repeated in place",
        lambda f: f(rows([1, 2]), rows([0, 0], [0, 0])),
        [[2], [8]],
        [[5], [5]],
    ),
    (
        "anchor_negative_distances",
        "the features of each negative are repeated in place",
        lambda f: f(rows([0, 0], [0, 0]), rows([1, 2])),
        [[2, 8]],
        [[5, 5]],
    ),
    (
        "anchor_negative_distances",
        "it is (2, 3). Check the shape",
        lambda f: tuple(f(ANCHORS, NEGATIVES).shape),
        (2, 3),
        (3, 2),
    ),
    (
        "anchor_negative_distances",
        "4 lands beside 3",
        lambda f: f(rows([0], [1]), rows([1], [2], [3])).tolist(),
        [[1, 4], [9, 0], [1, 4]],
        [[1, 0], [4, 1], [9, 4]],
    ),
    ("anchor_negative_distances", "a distance of 25 becomes 5", lambda f: f(rows([0, 0]), rows([3, 4])), [[5]], [[25]]),
    (
        "anchor_negative_distances",
        "two rows of three are a, b, a and b, a, b",
        lambda f: f(rows([0], [10]), torch.zeros(3, 1)),
        [[0, 100], [100, 0], [0, 100]],
        [[0, 100], [0, 100], [0, 100]],
    ),
    (
        "anchor_negative_distances",
        "there are 4 columns instead of 2",
        lambda f: f(torch.ones(2, 4), torch.zeros(3, 4)).shape[1],
        4,
        2,
    ),
    ("anchor_negative_distances", "loses an axis", lambda f: f(ANCHORS[:1], NEGATIVES).dim(), 1, 2),
    ("anchor_negative_distances", "becomes 12.5", lambda f: f(rows([0, 0]), rows([3, 4])), [[12.5]], [[25]]),
    ("counterexample", "with a difference of 0", recipe_error, 0, ...),
    ("counterexample", "as in [2, 2]", recipe_error, 0, ...),
    ("counterexample", "With one anchor and one negative", recipe_error, 0, ...),
    ("counterexample", "A row such as [3]", recipe_error, 0, ...),
    ("counterexample", "1 gives int64", lambda f: f()[0].dtype, torch.int64, torch.float32),
    ("counterexample", "infinity minus infinity is NaN", lambda f: math.isnan(recipe_error(f)), True, False),
    ("counterexample", "only by about 0.0001", lambda f: 10_000 * recipe_error(f), 1, ...),
    ("counterexample", "such as (2,) instead of (1, 2)", lambda f: tuple(f()[0].shape), (2,), ...),
    ("counterexample", "in a row such as [1000, 1000]", lambda f: recipe_error(f) < 1e-6 * 12345.678**2, True, ...),
    ("counterexample", "such as 2 and 3", lambda f: f()[0].shape[1] == f()[1].shape[1], False, True),
    ("fast_distances", "so a distance of 1 is lost", lambda f: far(f, 10_000.0) in (1.0,), False, True),
    (
        "fast_distances",
        "With rows near 0 and near 10,000",
        lambda f: f(rows([0.0], [10_000]), rows([0.0], [10_001]))[1, 1] in (1.0,),
        False,
        True,
    ),
    (
        "fast_distances",
        "The result is float64 even for float32",
        lambda f: f(ANCHORS, NEGATIVES).dtype,
        torch.float64,
        torch.float32,
    ),
    ("fast_distances", "it is (2, 3). Check the shape", lambda f: tuple(f(ANCHORS, NEGATIVES).shape), (2, 3), (3, 2)),
    ("fast_distances", "the squared lengths are summed in float32", lambda f: far(f, 10_000.0) in (1.0,), False, True),
    ("fast_distances", "the 1 does not come back", lambda f: far(f, 10_000.0) in (1.0,), False, True),
    ("fast_distances", "get 5 + 10 - 5 = 10 instead of 5", lambda f: f(rows([1, 2]), rows([3, 1])), [[10]], [[5]]),
    (
        "fast_distances",
        "The result is float32 even for float64",
        lambda f: f(ANCHORS.double(), NEGATIVES.double()).dtype,
        torch.float32,
        torch.float64,
    ),
    ("fast_distances", "The absolute value hides", lambda f: far(f, 10_000.0) in (1.0,), False, True),
    ("semi_hard_mask", "with both at 2, the result is True", lambda f: semi_hard(f, 2), True, False),
    ("semi_hard_mask", "its hinge is 0", lambda f: semi_hard(f, 3), True, False),
    ("semi_hard_mask", "a negative at 0.5 gives True", lambda f: semi_hard(f, 0.5), True, False),
    ("semi_hard_mask", "a negative at 9 gives True. Compare", lambda f: semi_hard(f, 9), True, False),
    (
        "semi_hard_mask",
        "row 1 is compared with positive 1",
        lambda f: f(torch.tensor([1.0, 5.0]), torch.full((2, 2), 5.5), 1.0).tolist(),
        [[False, False], [True, True]],
        [[False, True], [False, True]],
    ),
    ("semi_hard_mask", "the integers 0 and 1", lambda f: f(*SEMI, 1.0).dtype, torch.int64, torch.bool),
    (
        "semi_hard_mask",
        "and so does one at 0",
        lambda f: [semi_hard(f, 9), semi_hard(f, 0)],
        [True, True],
        [False, False],
    ),
    ("semi_hard_mask", "a negative at 1.5 gives True", lambda f: semi_hard(f, 1.5), True, False),
    (
        "semi_hard_mask",
        "with positives at 1 and 9, both get 5",
        lambda f: f(torch.tensor([1.0, 9.0]), torch.full((1, 2), 5.5), 1.0).tolist(),
        [[True, True]],
        [[False, False]],
    ),
    ("squared_l2", "get the distance 5 instead of 25", lambda f: f(rows(0, 0), rows(3, 4)), 5, 25),
    ("squared_l2", "give 13 instead of [4, 9]", lambda f: f(rows([0], [0]), rows([2], [3])), 13, [4, 9]),
    ("squared_l2", "get 12.5 instead of 25", lambda f: f(rows(0, 0), rows(3, 4)), 12.5, 25),
    ("squared_l2", "give 2 numbers instead of 5", lambda f: f(torch.zeros(5, 2), torch.zeros(5, 2)).numel(), 2, 5),
    ("squared_l2", "get 7 instead of 25", lambda f: f(rows(0, 0), rows(3, 4)), 7, 25),
    ("squared_l2", "(1, -1) get the distance 0", lambda f: f(rows(0, 0), rows(1, -1)), 0, 2),
    ("squared_l2", "(3, 4) and (4, 3) get the distance 0", lambda f: f(rows(3, 4), rows(4, 3)), 0, 2),
    ("squared_l2", "the gradient is NaN", lambda f: bool(gradient(f, ANCHORS, ANCHORS).isnan().all()), True, False),
    (
        "squared_l2",
        "even equal vectors get a distance above 0",
        lambda f: bool(f(ANCHORS, ANCHORS)[0] > 0),
        True,
        False,
    ),
    ("triplet_loss", "the margins 9 and -1 have the mean 4, and the loss is 0", lambda f: hinges(f, 1, [10, 0]), 0, 2),
    (
        "triplet_loss",
        "The mean includes the triplets whose hinge is 0",
        lambda f: hinges(f, 1, [10, 0]),
        1,
        2,
    ),
    ("triplet_loss", "`hinges >= 0` is true", lambda f: hinges(f, 1, [10, 0]), 1, 2),
    ("triplet_loss", "0 / 0, which is NaN", lambda f: bool(hinges(f, 1, [10, 9]).isnan()), True, False),
    (
        "triplet_loss",
        "`backward()` raises an error",
        lambda f: f(ANCHORS.clone().requires_grad_(), ANCHORS, NEGATIVES + 99, 1.0).requires_grad,
        False,
        True,
    ),
    ("triplet_loss", "2 and 4 give 6 instead of 3", lambda f: hinges(f, 4, [3, 1]), 2 + 4, 3),
    (
        "triplet_loss",
        "a good triplet with margin 3 has a hinge of 4, and a bad one with -3 has 0",
        lambda f: [hinges(f, 1, [4]).item(), hinges(f, 4, [1]).item()],
        [4, 0],
        [0, 4],
    ),
    (
        "triplet_loss",
        "3 triplets take part instead of 9",
        lambda f: gradient(lambda n: f(torch.zeros(3, 1), torch.zeros(3, 1), n, 100.0), rows([1], [2], [3])).flatten(),
        [-2 / 3, -4 / 3, -2],
        ...,
    ),
    (
        "triplet_loss",
        "3 triplets take part instead of 15",
        lambda f: int(
            (
                gradient(lambda n: f(torch.zeros(3, 1), torch.zeros(3, 1), n, 100.0), rows([1], [2], [3], [4], [5]))
                != 0
            ).sum()
        ),
        1,
        5,
    ),
    ("triplet_loss", "The margin is always 1", lambda f: hinges(f, 1, [1], margin=5.0), 1, 5),
    ("triplet_loss", "a Python number such as 0.7", lambda f: type(hinges(f, 1, [1])), float, torch.Tensor),
    ("triplet_loss", "keeps the gradient away from the negatives", lambda f: loss_learns(f, 2), False, True),
    (
        "triplet_margins",
        "with the negative at 9 and the positive at 4, gives -5 instead of 5",
        lambda f: f(rows([0]), rows([2]), rows([3])),
        [[-5]],
        [[5]],
    ),
    ("triplet_margins", "it is (2, 3)", lambda f: tuple(f(ANCHORS, ANCHORS, NEGATIVES).shape), (2, 3), (3, 2)),
    (
        "triplet_margins",
        "with distances 1 and 9 to the two positives, 5 is subtracted",
        lambda f: f(rows([0], [0]), rows([1], [3]), rows([0])),
        [[-5, -5]],
        [[-1, -9]],
    ),
    (
        "triplet_margins",
        "with distances 1 and 9, that is 5 for both anchors",
        lambda f: f(rows([0], [0]), rows([1], [3]), rows([0])),
        [[-5, -5]],
        [[-1, -9]],
    ),
    (
        "triplet_margins",
        "with anchor 0, positive 1 and negative 3, it is 4 instead of 9",
        lambda f: f(rows([0]), rows([1]), rows([3])),
        [[4 - 1]],
        [[9 - 1]],
    ),
    ("triplet_margins", "give 3 - 2 = 1 instead of 5", lambda f: f(rows([0]), rows([2]), rows([3])), [[1]], [[5]]),
    ("triplet_margins", "the positives have `grad` None", lambda f: learns(f, 1), False, True),
    (
        "triplet_margins",
        "Every anchor is compared with positive 0",
        lambda f: f(rows([0], [0]), rows([1], [3]), rows([0])),
        [[-1, -1]],
        [[-1, -9]],
    ),
    (
        "triplet_margins",
        "near-duplicates far from the origin get wrong margins",
        lambda f: f(rows([10_000]), rows([10_000]), rows([10_001]))[0, 0] in (1.0,),
        False,
        True,
    ),
]
