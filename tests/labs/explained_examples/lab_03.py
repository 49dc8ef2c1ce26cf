import math

import torch

ONE_ZERO = torch.tensor([1.0, 0.0])
PAIRS = torch.tensor([[1.0, 0.0], [0.0, 1.0]])


def rows(*values):
    return torch.tensor(values, dtype=torch.float32)


def numbers(module):
    return [parameter for parameter in module.parameters() if parameter.requires_grad]


def after_a_step(f):
    module = f(init=0.07)
    with torch.no_grad():
        for parameter in numbers(module):
            parameter -= 0.1
    return next(iter(module.parameters())).item()


def grown(f, scale, **kwargs):
    """What a similarity of 1 becomes, and the temperature, when the scale that is learned has grown to `scale`."""
    module = f(init=0.5, **kwargs)
    with torch.no_grad():
        for parameter in numbers(module):
            parameter.fill_(math.log(scale))
    return [module(torch.ones(1, 1)).item(), float(module.temperature)]


def second_backward(f):
    module = f(init=0.5)
    for _ in range(2):
        module(torch.ones(1, 1)).sum().backward()
    return True


def share(f, row, positive, temperature):
    return f(torch.tensor([row]), torch.tensor([positive]), temperature)[0]


def similarities_afterwards(f):
    similarities = torch.tensor([[0.9, 0.5, 0.1]])
    f(similarities, torch.tensor([0]), 0.1)
    return similarities[0, 0].item()


TIE = {0.05: {"val_recall": 0.8, "loss": 0.5}, 0.1: {"val_recall": 0.8, "loss": 1.0}}
TWO = {0.05: {"val_recall": 0.6, "loss": 0.5}, 1.0: {"val_recall": 0.8, "loss": 2.0}}

EXAMPLES = [
    ("LearnableTemperature", "a step of 0.1 leads to -0.03", after_a_step, -0.03, ...),
    ("LearnableTemperature", "has 0 entries", lambda f: len(list(f().parameters())), 0, 1),
    ("LearnableTemperature", "at T = 0.001 it is 1000", lambda f: grown(f, 1000)[0], 1000, 100),
    ("LearnableTemperature", "the scale can reach exp(100)", lambda f: grown(f, 1000)[0], 1000, 100),
    (
        "LearnableTemperature",
        "with max_scale=10, it can still grow to 100",
        lambda f: grown(f, 100, max_scale=10.0)[0],
        100,
        10,
    ),
    ("LearnableTemperature", "can grow to 150", lambda f: grown(f, 150)[0], 150, 100),
    ("LearnableTemperature", "still uses the scale of 2.66", lambda f: grown(f, math.exp(3))[0], 2, 20.09),
    ("LearnableTemperature", "The second backward() fails", second_backward, RuntimeError, True),
    ("LearnableTemperature", "a RecursionError", lambda f: float(f().temperature), RecursionError, 0.07),
    (
        "LearnableTemperature",
        "a plain number such as 14.3",
        lambda f: f()(torch.ones(1, 1)).requires_grad,
        False,
        True,
    ),
    ("LearnableTemperature", "becomes 0.5 instead of 2", lambda f: f(init=0.5)(torch.ones(1, 1)), [[0.5]], [[2]]),
    ("LearnableTemperature", "about 2.66 for a T of 0.07", lambda f: f(init=0.07).temperature, 2.66, 0.07),
    ("LearnableTemperature", "it reports 0.005", lambda f: grown(f, 200), [100, 0.005], [100, 0.01]),
    ("best_temperature", "The temperature with the lowest loss", lambda f: f(TWO), 0.05, 1.0),
    ("best_temperature", "comes first in the dict", lambda f: f(TIE), 0.05, 0.1),
    ("best_temperature", "0.05 is returned", lambda f: f(dict(reversed(TIE.items()))), 0.05, 0.1),
    ("best_temperature", "the one with the lower loss", lambda f: f(TIE), 0.05, 0.1),
    ("best_temperature", "such as 0.8", lambda f: f(TWO), 0.8, 1.0),
    ("best_temperature", "the one with 0.6", lambda f: f(TWO), 0.05, 1.0),
    ("best_temperature", "0.6 with loss 0.5 gives 1.2 and beats", lambda f: f(TWO), 0.05, 1.0),
    (
        "best_temperature",
        "0.801 and 0.804 count as a tie",
        lambda f: f({0.05: {"val_recall": 0.804, "loss": 1.0}, 0.1: {"val_recall": 0.801, "loss": 1.0}}),
        0.1,
        0.05,
    ),
    ("entropy", "makes the result NaN", lambda f: math.isnan(f(ONE_ZERO)), True, False),
    ("entropy", "in float64, [1, 0] no longer", lambda f: f(ONE_ZERO.double()).item() == 0, False, True),
    ("entropy", "[0.5, 0.5] gives 1", lambda f: f(rows(0.5, 0.5)), 1, 0.693),
    ("entropy", "[0.5, 0.5] gives -0.69", lambda f: f(rows(0.5, 0.5)), -0.693, 0.693),
    ("entropy", "gives half of its entropy", lambda f: f(rows(0.5, 0.5)), 0.3466, 0.693),
    ("entropy", "a table with 3 rows", lambda f: tuple(f(torch.full((3, 2), 0.5)).shape), (), (3,)),
    ("entropy", "gives 2 numbers even with dim=0", lambda f: len(f(torch.full((2, 3), 0.5), dim=0)), 2, 3),
    ("entropy", "gives (3, 1) instead of (3,)", lambda f: tuple(f(torch.full((3, 4), 0.25)).shape), (3, 1), (3,)),
    ("entropy", "[1, 0] becomes about [0.73, 0.27]", lambda f: f(ONE_ZERO), 0.582, 0),
    (
        "info_nce",
        "although both point in the same direction",
        lambda f: f(PAIRS, rows([6, 8], [1, 0]), 1.0),
        (math.log(1 + math.exp(1 - 6)) + math.log(1 + math.exp(8 - 0))) / 2,
        (math.log(1 + math.exp(1 - 0.6)) + math.log(1 + math.exp(0.8 - 0))) / 2,
    ),
    (
        "info_nce",
        "an item (6, 8) still gets a score 10 times",
        lambda f: f(2 * PAIRS, rows([6, 8], [1, 0]), 1.0),
        (math.log(1 + math.exp(1 - 6)) + math.log(1 + math.exp(8 - 0))) / 2,
        (math.log(1 + math.exp(1 - 0.6)) + math.log(1 + math.exp(0.8 - 0))) / 2,
    ),
    (
        "info_nce",
        "(3, 0) and (4, 0) become (0.6, 0) and (0.8, 0)",
        lambda f: f(rows([3, 0], [4, 0]), rows([3, 0], [4, 0]), 1.0),
        (math.log(1 + math.exp(0.48 - 0.36)) + math.log(1 + math.exp(0.48 - 0.64))) / 2,
        math.log(2),
    ),
    (
        "info_nce",
        "the softmax for item 0 compares query 0 and query 1",
        lambda f: f(PAIRS, rows([1, 0], [1, 0]), 1.0),
        (math.log(1 + math.exp(-1)) + math.log(1 + math.exp(1))) / 2,
        math.log(2),
    ),
    (
        "info_nce",
        "cosines of 1 and 0 become 0.1 and 0",
        lambda f: f(PAIRS, PAIRS, 0.1),
        math.log(1 + math.exp(-0.1)),
        4.5e-5,
    ),
    (
        "info_nce",
        "a loss of 0.7 becomes 7",
        lambda f: f(PAIRS[:1].repeat(2, 1), PAIRS[:1].repeat(2, 1), 0.1),
        6.93,
        0.693,
    ),
    ("info_nce", "for 4 queries", lambda f: f(torch.ones(4, 2), torch.ones(4, 2), 1.0), 4 * math.log(4), math.log(4)),
    ("info_nce", "as exp(-200) does in float32", lambda f: f(PAIRS, PAIRS.flip(0), 0.005), torch.inf, 200),
    ("info_nce", "even for the scores [100, 0], the loss is 0.31", lambda f: f(PAIRS, PAIRS, 0.01), 0.3133, 0),
    (
        "info_nce",
        "with scores 5 for the positive and 1 for the only negative, the loss is -4",
        lambda f: f(rows([1, 0], [1, 0]), rows([1, 0], [0.2, 0.9798]), 0.2),
        (-4 + 4) / 2,
        (math.log(1 + math.exp(-4)) + math.log(1 + math.exp(4))) / 2,
    ),
    (
        "negative_gradient_share",
        "rounds to 1, 1 - p is 0",
        lambda f: bool(share(f, [1.0, 0.0, 0.0], 0, 0.001).isfinite().all()),
        False,
        True,
    ),
    (
        "negative_gradient_share",
        "the shares no longer sum to 1",
        lambda f: bool((share(f, [1.0, 0.0, 0.0], 0, 0.02).sum() - 1).abs() < 0.01),
        False,
        True,
    ),
    (
        "negative_gradient_share",
        "exp(0) is 1, so the positive still gets a share",
        lambda f: share(f, [0.9, 0.0, 0.0], 0, 1.0),
        [1 / 3] * 3,
        [0, 0.5, 0.5],
    ),
    (
        "negative_gradient_share",
        "if the positive has 0.9, the rest sums to only 0.1",
        lambda f: share(f, [math.log(18), 0.0, 0.0], 0, 1.0).sum(),
        0.1,
        1,
    ),
    (
        "negative_gradient_share",
        "taken from the diagonal",
        lambda f: share(f, [0.0, 0.0, 0.0], 1, 1.0),
        [0, 0.5, 0.5],
        [0.5, 0, 0.5],
    ),
    (
        "negative_gradient_share",
        "each row also loses negatives",
        lambda f: f(torch.zeros(2, 3), torch.tensor([0, 1]), 1.0),
        [[0, 0, 1], [0, 0, 1]],
        [[0, 0.5, 0.5], [0.5, 0, 0.5]],
    ),
    ("negative_gradient_share", "minus infinity where 0.9 was", similarities_afterwards, -torch.inf, 0.9),
    (
        "negative_gradient_share",
        "the shares 0.52 and 0.48",
        lambda f: share(f, [0.0, 1.0, 0.0], 0, 0.1)[1:],
        [0.525, 0.475],
        [1, 0],
    ),
    (
        "negative_gradient_share",
        "the shares become NaN",
        lambda f: bool(share(f, [1.0, 0.9, 0.9], 0, 0.001).isnan().any()),
        True,
        False,
    ),
    ("temperature_softmax", "[1, 2] become at T = 0.1", lambda f: f(rows(1, 2), 0.1), [0.475, 0.525], [0, 1]),
    ("temperature_softmax", "already needs exp(1000)", lambda f: bool(f(rows(10, 0), 0.01).isnan().any()), True, False),
    ("temperature_softmax", "at T = 0.5, to 2", lambda f: f(rows(1, 2), 0.5).sum(), 2, 1),
    (
        "temperature_softmax",
        "sums that are not 1",
        lambda f: f(rows([1, 2]), 1.0, dim=0).sum(dim=0),
        [0.269, 0.731],
        [1, 1],
    ),
    (
        "temperature_softmax",
        "below 0.001 are replaced by 0.001",
        lambda f: torch.equal(f(rows(1e-3, 0), 1e-4), f(rows(1e-3, 0), 1e-5)),
        True,
        False,
    ),
    (
        "temperature_softmax",
        "changes the divisor by 1%",
        lambda f: (lambda p: (p[0] / p[1]).log())(f(torch.tensor([1e-6, 0.0], dtype=torch.float64), 1e-6)),
        1 / 1.01,
        1,
    ),
    (
        "temperature_softmax",
        "T = 0 is refused, but a negative T is not",
        lambda f: f(rows(1, 2), -1.0),
        [0.731, 0.269],
        ValueError,
    ),
    ("temperature_softmax", "T = 0 gives NaN", lambda f: bool(f(rows(1, 2), 0.0).isnan().all()), True, ValueError),
    (
        "temperature_softmax",
        "its `requires_grad` is False",
        lambda f: f(rows(1, 2).requires_grad_(), 1.0).requires_grad,
        False,
        True,
    ),
]
