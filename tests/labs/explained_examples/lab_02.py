import torch
from torch import nn

WORDS = ["one", "two", "three"]
X = torch.tensor([[1.0, 2.0], [3.0, 4.0]])


def rows(*values):
    return torch.tensor(values, dtype=torch.float32)


def attention(f, d_model=4, heads=2):
    torch.manual_seed(0)
    return f(d_model, heads)


def words(count=3, d_model=4, batch=1):
    return torch.randn(batch, count, d_model, generator=torch.Generator().manual_seed(0))


def output_with_zero_out_proj(f):
    layer = attention(f)
    with torch.no_grad():
        layer.out_proj.weight.zero_()
        layer.out_proj.bias.zero_()
    return (layer(words()) - words()).abs().max()


def has_gradient(f, name):
    layer = attention(f)
    layer(words()).square().sum().backward()
    return getattr(layer, name).weight.grad is not None


def first_word_sees_the_second(f):
    layer, x = attention(f), words(2)
    mask = torch.ones(2, 2, dtype=torch.bool).tril()
    other = x.clone()
    other[0, 1] = 9.0
    return not torch.allclose(layer(x, mask)[0, 0], layer(other, mask)[0, 0])


def step(f, value=1.0, gradient=2.0, lr=0.1):
    parameter = nn.Parameter(torch.tensor(value))
    (gradient * parameter).backward()
    f([parameter], lr)
    return parameter


def two_steps(f):
    parameter = nn.Parameter(torch.tensor(0.0))
    for gradient in (1.0, 2.0):
        before = parameter.item()
        (gradient * parameter).backward()
        f([parameter], 1.0)
    return before - parameter.item()


def five_steps(f):
    parameters = [nn.Parameter(torch.tensor(1.0)) for _ in range(5)]
    (parameters[0] + parameters[2] + parameters[3] + parameters[4]).backward()
    f(parameters, 0.5)
    return [parameter.item() for parameter in parameters]


def with_generator(f):
    parameter = nn.Parameter(torch.tensor(1.0))
    parameter.backward()
    f((each for each in [parameter]), 0.5)
    return parameter.grad is None or not bool(parameter.grad)


def batches(f, *args, seed=0):
    return list(f(*args, generator=torch.Generator().manual_seed(seed)))


def epochs(f):
    generator = torch.Generator().manual_seed(3)
    return [torch.cat(list(f(50, 10, generator=generator))).tolist() for _ in range(2)]


EXAMPLES = [
    ("MultiHeadSelfAttention", "`out_proj` is never used", lambda f: has_gradient(f, "out_proj"), False, True),
    ("MultiHeadSelfAttention", "word 0 still changes when word 1 changes", first_word_sees_the_second, True, False),
    (
        "MultiHeadSelfAttention",
        "1 head and 4 heads give the same result",
        lambda f: torch.allclose(attention(f, 4, 1)(words()), attention(f, 4, 4)(words())),
        True,
        False,
    ),
    (
        "MultiHeadSelfAttention",
        "`layer(x) + x` fails",
        lambda f: (attention(f)(words()) + words()).numel(),
        TypeError,
        12,
    ),
    ("MultiHeadSelfAttention", "with an out_proj of zeros, x comes back", output_with_zero_out_proj, 0, ...),
    ("MultiHeadSelfAttention", "`q_proj.weight.grad` is None", lambda f: has_gradient(f, "q_proj"), False, True),
    ("MultiHeadSelfAttention", "such as 3 for 8 features", lambda f: f(8, 3) is not None, True, ValueError),
    (
        "MultiHeadSelfAttention",
        "so an input of zeros always gives 0",
        lambda f: bool(attention(f)(torch.zeros(1, 3, 4)).any()),
        False,
        True,
    ),
    (
        "attention_weights",
        "the first row is [0.73, 0.73] instead of [0.5, 0.5]",
        lambda f: f(rows([1, 1], [0, 0]))[0],
        [0.731, 0.731],
        [0.5, 0.5],
    ),
    (
        "attention_weights",
        "word 0 gets weight 0 and word 1 gets 1",
        lambda f: f(rows([0, 0]), torch.tensor([[True, False]])),
        [[0, 1]],
        [[1, 0]],
    ),
    (
        "attention_weights",
        "[0.5, 0.5] becomes [0.5, 0]",
        lambda f: f(rows([0, 0]), torch.tensor([[True, False]])),
        [[0.5, 0]],
        [[1, 0]],
    ),
    (
        "attention_weights",
        "In a row where everything is hidden",
        lambda f: bool(f(rows([0, 0]), torch.tensor([[False, False]])).isnan().all()),
        True,
        False,
    ),
    (
        "attention_weights",
        "gives 0.25 to each",
        lambda f: f(torch.zeros(1, 4), torch.zeros(1, 4, dtype=torch.bool)),
        [[0.25] * 4],
        [[0] * 4],
    ),
    (
        "attention_weights",
        "such as -5000",
        lambda f: f(rows([-5000, 0]), torch.tensor([[True, False]])),
        [[0, 0]],
        [[1, 0]],
    ),
    ("attention_weights", "exp(1000) is infinite", lambda f: bool(f(rows([1000, 0])).isnan().any()), True, False),
    (
        "attention_weights",
        "the scores [0, 9] with the mask [True, False] give [0.5, 0.5]",
        lambda f: f(rows([0, 9]), torch.tensor([[True, False]])),
        [[0.5, 0.5]],
        [[1, 0]],
    ),
    (
        "attention_weights",
        "still give [0.5, 0.5]",
        lambda f: f(rows([0, 0]), torch.tensor([[True, False]])),
        [[0.5, 0.5]],
        [[1, 0]],
    ),
    ("causal_mask", "the attn_mask of nn.MultiheadAttention", lambda f: f(2)[0].tolist(), [False, True], [True, False]),
    ("causal_mask", "the first row is [True, True]", lambda f: f(2)[0].tolist(), [True, True], [True, False]),
    ("causal_mask", "the first row is [False, False]", lambda f: f(2)[0].tolist(), [False, False], [True, False]),
    ("causal_mask", "all four entries are True", lambda f: bool(f(2).all()), True, False),
    ("causal_mask", "the numbers 1 and 0", lambda f: f(2), [[1, 0], [1, 1]], ...),
    ("causal_mask", "0 and minus infinity", lambda f: f(2), [[0, -torch.inf], [0, 0]], ...),
    ("causal_mask", "the 3 rows and columns", lambda f: tuple(f(5).shape), (3, 3), (5, 5)),
    ("causal_mask", "a list of lists", lambda f: type(f(2)), list, torch.Tensor),
    ("gradient_step", "becomes 1.2", lambda f: step(f).detach(), 1.2, 0.8),
    ("gradient_step", "a 1 stays 1", lambda f: step(f).detach(), 1, 0.8),
    ("gradient_step", "a parameter 1 stays 1, and the list has 0.8", lambda f: step(f).detach(), 1, 0.8),
    ("gradient_step", "the next step would use 3", two_steps, 3, 2),
    ("gradient_step", "a parameter 1 with gradient 2 stays 1", lambda f: step(f).detach(), 1, 0.8),
    ("gradient_step", "stops with a RuntimeError", lambda f: step(f).detach(), RuntimeError, 0.8),
    (
        "gradient_step",
        "0.1 times None is a TypeError",
        lambda f: f([nn.Parameter(torch.ones(1))], 0.1),
        TypeError,
        None,
    ),
    ("gradient_step", "numbers 3 to 5 never move", five_steps, [0.5, 1, 1, 1, 1], [0.5, 1, 0.5, 0.5, 0.5]),
    ("gradient_step", "gives 0 items the second time", with_generator, False, True),
    (
        "gradient_step",
        "gradients of 0.1 and 100 give the same step",
        lambda f: [step(f, 1.0, gradient, 0.5).item() for gradient in (0.1, 100.0)],
        [0.5, 0.5],
        [0.95, -49],
    ),
    ("gradient_step", "`parameter.requires_grad` is False", lambda f: step(f).requires_grad, False, True),
    ("iterate_minibatches", "two ids never appear", lambda f: len(torch.cat(batches(f, 10, 4))), 8, 10),
    ("iterate_minibatches", "one tensor of 4 ids", lambda f: len(batches(f, 8, 4)), 4, 2),
    (
        "iterate_minibatches",
        "0, 1, 2, ...",
        lambda f: torch.cat(batches(f, 100, 4)).tolist() == list(range(100)),
        True,
        False,
    ),
    (
        "iterate_minibatches",
        "such as 4, 5, 6 and 7",
        lambda f: [4, 5, 6, 7] in [each.tolist() for each in batches(f, 8, 4)],
        True,
        False,
    ),
    (
        "iterate_minibatches",
        "the ids from 0 to batch_size - 1",
        lambda f: sorted(batches(f, 100, 4)[0].tolist()) == [0, 1, 2, 3],
        True,
        False,
    ),
    (
        "iterate_minibatches",
        "Every id should appear exactly once",
        lambda f: len(set(torch.cat(batches(f, 100, 10)).tolist())) == 100,
        False,
        True,
    ),
    (
        "iterate_minibatches",
        "two generators with seed 0 give different batches",
        lambda f: torch.equal(torch.cat(batches(f, 100, 10)), torch.cat(batches(f, 100, 10))),
        False,
        True,
    ),
    (
        "iterate_minibatches",
        "a generator with seed 1 and one with seed 2",
        lambda f: torch.equal(torch.cat(batches(f, 100, 10, seed=1)), torch.cat(batches(f, 100, 10, seed=2))),
        True,
        False,
    ),
    ("iterate_minibatches", "epoch 2 has it too", lambda f: epochs(f)[0] == epochs(f)[1], True, False),
    ("iterate_minibatches", "split() gives one empty batch", lambda f: len(batches(f, 0, 4)), 1, 0),
    ("iterate_minibatches", "8 ids in batches of 4 give three", lambda f: len(batches(f, 8, 4)), 3, 2),
    (
        "iterate_minibatches",
        "5 batches of 20",
        lambda f: [len(each) for each in batches(f, 100, 5)],
        [20] * 5,
        [5] * 20,
    ),
    ("iterate_minibatches", "a Python list such as [2, 0]", lambda f: type(batches(f, 4, 2)[0]), list, torch.Tensor),
    ("most_attentive", "it gives word 1", lambda f: f(rows([0.1, 0.9], [0.05, 0.95]), WORDS[:2], "one"), "two", "one"),
    (
        "most_attentive",
        "the other word wins",
        lambda f: f(rows([0.7, 0.3], [0.2, 0.8]), WORDS[:2], "one"),
        "two",
        "one",
    ),
    (
        "most_attentive",
        "the weight 0.4, the last one wins",
        lambda f: f(rows([0.4, 0.6], [0.4, 0.6]), WORDS[:2], "one"),
        "two",
        "one",
    ),
    ("most_attentive", "for example 2", lambda f: f(rows([0, 0, 1], [0, 0, 1], [1, 0, 0]), WORDS, "one"), 2, "three"),
    (
        "most_attentive",
        "of 0.1, 0.7 and 0.2, the word with 0.1 wins",
        lambda f: f(rows([0.1, 0, 0.9], [0.7, 0, 0.3], [0.2, 0, 0.8]), WORDS, "one"),
        "one",
        "two",
    ),
    (
        "most_attentive",
        "0.30001 and 0.30004 count as equal",
        lambda f: f(rows([0.30001, 0, 0], [0.30004, 0, 0], [0, 0, 0]), WORDS, "one"),
        "one",
        "two",
    ),
    (
        "most_attentive",
        "gives the target 0.1 but gets 0.9",
        lambda f: f(rows([0, 0.9, 0.1], [0.1, 0, 0.9], [0.6, 0.4, 0]), WORDS, "one"),
        "two",
        "three",
    ),
    (
        "most_attentive",
        "say 0.9",
        lambda f: [f(rows([0, 0.6, 0.4], [0.1, 0, 0.9], [0.6, 0.4, 0]), WORDS, word) for word in WORDS],
        ["two"] * 3,
        ["three", "one", "two"],
    ),
    ("project", "Q and K are equal", lambda f: torch.equal(*f(X, X, 2 * X)), True, False),
    ("project", "the keys are in place 0", lambda f: f(rows([1.0]), rows([2.0]), rows([3.0]))[0], [[3]], [[2]]),
    (
        "project",
        "[[1, 2], [3, 4]] is used as [[1, 3], [2, 4]]",
        lambda f: f(torch.eye(2), X, X)[0],
        [[1, 3], [2, 4]],
        [[1, 2], [3, 4]],
    ),
    (
        "project",
        "[1, 2] * [3, 4] is [3, 8]",
        lambda f: f(rows([1, 2]), rows([3, 4]), rows([3, 4]))[0],
        [[3, 8]],
        RuntimeError,
    ),
    (
        "project",
        "3 words with k = 2 give (2, 3) instead of (3, 2)",
        lambda f: tuple(f(torch.ones(3, 4), torch.ones(4, 2), torch.ones(4, 2))[0].shape),
        (2, 3),
        (3, 2),
    ),
    (
        "project",
        "4 sentences at once",
        lambda f: f(torch.ones(4, 3, 2), torch.eye(2), torch.eye(2))[0].numel(),
        RuntimeError,
        24,
    ),
    ("project", "the key 6 instead of 3", lambda f: f(rows([1.0]), rows([2.0]), rows([3.0]))[1], [[6]], [[3]]),
    (
        "project",
        "`Q.requires_grad` is False",
        lambda f: f(X, X.clone().requires_grad_(), X.clone().requires_grad_())[0].requires_grad,
        False,
        True,
    ),
    (
        "project",
        "a query [2, 4] becomes [1, 2]",
        lambda f: f(rows([1.0]), rows([2, 4, 0, 0]), rows([2, 4, 0, 0]))[0][0, :2],
        [1, 2],
        [2, 4],
    ),
    ("scaled_scores", "the score is 4 instead of 2", lambda f: f(torch.ones(1, 4), torch.ones(1, 4)), [[4]], [[2]]),
    ("scaled_scores", "with 4 features, by 4", lambda f: f(torch.ones(1, 4), torch.ones(1, 4)), [[1]], [[2]]),
    (
        "scaled_scores",
        "by 3 instead of 2",
        lambda f: 4 / f(torch.ones(9, 4), torch.ones(9, 4))[0, 0],
        3,
        2,
    ),
    (
        "scaled_scores",
        "by 1.41 instead of 2.83",
        lambda f: 8 / f(torch.ones(1, 8), torch.ones(1, 8)),
        [[1.414]],
        [[2.828]],
    ),
    ("scaled_scores", "becomes 8 instead of 2", lambda f: f(torch.ones(1, 4), torch.ones(1, 4)), [[8]], [[2]]),
    (
        "scaled_scores",
        "the key of word 0 with the query of word 1",
        lambda f: f(rows([0.0], [5.0]), rows([7.0], [0.0]))[0, 1],
        35,
        0,
    ),
    (
        "scaled_scores",
        "4 sentences at once",
        lambda f: f(torch.ones(4, 3, 2), torch.ones(4, 3, 2)).numel(),
        RuntimeError,
        36,
    ),
    ("scaled_scores", "rows that sum to 1", lambda f: f(X, X).sum(dim=-1), [1, 1], ...),
    ("scaled_scores", "the same scores", lambda f: torch.allclose(f(2 * X, X), f(X, X)), True, False),
    ("variance_ratio", "give 1/16 instead of 16", lambda f: f(4 * X, X), 1 / 16, 16),
    ("variance_ratio", "give 4 instead of 16", lambda f: f(4 * X, X), 4, 16),
    ("variance_ratio", "tensor(16.), not 16.0", lambda f: type(f(4 * X, X)), torch.Tensor, float),
    ("variance_ratio", "get a variance of 0", lambda f: f(rows([1, 1], [5, 5]), X), 0, 3.2),
    ("variance_ratio", "for [3, 3] it is 9", lambda f: f(rows([3, 3]), rows([1, -1])), 9, 0),
    (
        "variance_ratio",
        "a table of 4 columns gives 4",
        lambda f: f(torch.arange(4.0)[None], torch.arange(4.0)[None]),
        4,
        1,
    ),
    ("variance_ratio", "2.4 becomes 2", lambda f: f(2.4**0.5 * X, X), 2, 2.4),
]
