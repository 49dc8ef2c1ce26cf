import torch
from torch import nn

I = torch.eye(2)[None]  # noqa: E741
TABLE = torch.arange(5.0)[:, None]  # (5, 1)


def batch(*rows):
    return torch.tensor([rows], dtype=torch.float32)


def sums_of_rows(net):
    return net()(torch.arange(3)).sum(dim=-1)


def embedding_learns(net):
    model = net()
    model(torch.arange(3)).sum().backward()
    return model.embedding.weight.grad is not None


def same_twice(net):
    model = net()
    return bool(torch.equal(model(torch.tensor([3])), model(torch.tensor([3]))))


def start(net, seed):
    torch.manual_seed(seed)
    return net().W.weight.detach()


def number_of_parameters(net):
    return sum(parameter.numel() for parameter in net().parameters())


def loss(f, logits, labels):
    return f(lambda tokens: torch.tensor(logits)[tokens], torch.arange(len(logits)), torch.tensor(labels))


def model_of(logits):
    return nn.Embedding.from_pretrained(torch.tensor(logits), freeze=False)


def losses(f, steps=3, lr=0.1, logits=((0.0, 0.0, 0.0, 0.0),)):
    return f(model_of(logits), torch.arange(len(logits)), torch.zeros(len(logits), dtype=torch.int64), steps, lr)


def moved(f, lr, logits=((0.0, 0.0, 0.0, 0.0),), steps=1):
    model = model_of(logits)
    f(model, torch.arange(len(logits)), torch.zeros(len(logits), dtype=torch.int64), steps, lr)
    return (model.weight.detach() - torch.tensor(logits)).flatten()


def shape_after(f, x):
    f(x)
    return tuple(x.shape)


HALF = [0.432752, 0.0]  # logits with a loss of 0.5 for class 0
SHAPES = (2, 3, 4), (2, 4, 5), (2, 3, 6)

EXAMPLES = [
    ("TokenClassifier", "sum to 1 for each token", sums_of_rows, [1, 1, 1], ...),
    ("TokenClassifier", "there are 10 + 4 parameters too few", number_of_parameters, 162 - 14, 162),
    ("TokenClassifier", "token 3 gives different logits the second time", same_twice, False, True),
    ("TokenClassifier", "start with the same weights", lambda f: torch.equal(start(f, 1), start(f, 2)), True, False),
    ("TokenClassifier", "has 0 entries", lambda f: len(list(f().parameters())), 0, 5),
    ("TokenClassifier", "stops with an AttributeError", lambda f: f(), AttributeError, ...),
    ("TokenClassifier", "No gradient reaches the embedding", embedding_learns, False, True),
    ("TokenClassifier", "instead of 5", lambda f: tuple(f()(torch.arange(5)).shape), (4,), (5, 4)),
    (
        "chain_bmm",
        "[1, 2] * [3, 4] is [3, 8]",
        lambda f: f(batch([1, 2]), batch([3, 4]), batch([1, 1])),
        [[[3, 8]]],
        RuntimeError,
    ),
    (
        "chain_bmm",
        "begins with 2, and the other way round with 1",
        lambda f: f(batch([1, 1], [0, 1]), I, batch([1, 0], [1, 1]))[0, 0, 0],
        1,
        2,
    ),
    (
        "chain_bmm",
        "get the matrix of element 0",
        lambda f: f(I.repeat(3, 1, 1), torch.arange(1.0, 4)[:, None, None] * I, I.repeat(3, 1, 1))[:, 0, 0],
        [1, 1, 1],
        [1, 2, 3],
    ),
    (
        "chain_bmm",
        "for a batch of 3 the result is (i, m) instead of (3, i, m)",
        lambda f: tuple(f(torch.ones(3, 2, 4), torch.ones(3, 4, 5), torch.ones(3, 5, 6)).shape),
        (2, 6),
        (3, 2, 6),
    ),
    (
        "chain_bmm",
        "[[1, 2], [3, 4]] becomes [[1, 3], [2, 4]]",
        lambda f: f(I, batch([1, 2], [3, 4]), I),
        [[[1, 3], [2, 4]]],
        [[[1, 2], [3, 4]]],
    ),
    (
        "chain_bmm",
        "its `requires_grad` is False",
        lambda f: f(I.clone().requires_grad_(), I, I).requires_grad,
        False,
        True,
    ),
    (
        "chain_bmm",
        "the wrong dtype",
        lambda f: f(I.double(), I.double(), I.double()).dtype,
        torch.float32,
        torch.float64,
    ),
    ("chain_bmm", "(i, m) instead of (1, i, m)", lambda f: tuple(f(I, I, I).shape), (2, 2), (1, 2, 2)),
    ("classification_loss", "0.5 each give 2 instead of 0.5", lambda f: loss(f, [HALF] * 4, [0] * 4), 2, 0.5),
    ("classification_loss", "such as 1.386", lambda f: type(loss(f, [[0.0] * 4], [0])), float, torch.Tensor),
    ("classification_loss", "logits [200, 0] with label 1", lambda f: loss(f, [[200.0, 0.0]], [1]), torch.inf, 200),
    ("classification_loss", "the logits [2, 5] and label 1", lambda f: loss(f, [[2.0, 5.0]], [1]), -5, 0.0486),
    ("classification_loss", "with a single token", lambda f: loss(f, [[0.0, 0.0]], [1]), 0, 0.693),
    ("classification_loss", "never exceeds 1", lambda f: loss(f, [[100.0, -100.0]], [1]), 1, 200),
    ("classification_loss", "0.25 gives -1.386", lambda f: loss(f, [[0.0] * 4], [0]), -1.386, 1.386),
    ("classification_loss", "for two tokens", lambda f: tuple(loss(f, [HALF] * 2, [0, 0]).shape), (2,), ()),
    ("classification_loss", "1 mistake in 4", lambda f: loss(f, [HALF] * 4, [0, 0, 0, 1]), 0.25, ...),
    ("count_parameters", "[2, 3, 4] gives 24", lambda f: f([2, 3, 4]), 24, 18),
    ("count_parameters", "[2, 3, 4] gives 7", lambda f: f([2, 3, 4]), 7, 18),
    ("count_parameters", "from 2 to 3 gets 2 biases", lambda f: f([2, 3], bias=True), 6 + 2, 6 + 3),
    ("count_parameters", "[2, 3] gives 6 + 2 + 3", lambda f: f([2, 3], bias=True), 6 + 2 + 3, 6 + 3),
    ("count_parameters", "counts as 6 + 1", lambda f: f([2, 3], bias=True), 6 + 1, 6 + 3),
    ("count_parameters", "[3, 4] gives 16 instead of 12", lambda f: f([3, 4]), 16, 12),
    ("count_parameters", "[4, 2] gives 10 instead of 8", lambda f: f([4, 2]), 10, 8),
    ("count_parameters", "[2, 3] gives 6 in both cases", lambda f: f([2, 3], bias=True), 6, 6 + 3),
    ("count_parameters", "only the layer from 2 to 3", lambda f: f([2, 3, 4]), 6, 18),
    ("count_parameters", "up to 2**24", lambda f: f([2**24 + 1, 1]), 2**24, 2**24 + 1),
    ("embed_tokens", "id -1 silently returns the last row", lambda f: f(TABLE, torch.tensor([-1])), [[4]], IndexError),
    ("embed_tokens", "id 7 gets row 4", lambda f: f(TABLE, torch.tensor([7])), [[4]], IndexError),
    ("embed_tokens", "id 4 raises an error", lambda f: f(TABLE, torch.tensor([4])), IndexError, [[4]]),
    ("embed_tokens", "ids of shape (0,) fail", lambda f: f(TABLE, torch.tensor([]).long()).numel(), RuntimeError, 0),
    ("embed_tokens", "only if all of them", lambda f: f(TABLE, torch.tensor([0, -1])), [[0], [4]], IndexError),
    ("embed_tokens", "Only the first id is checked", lambda f: f(TABLE, torch.tensor([0, -1])), [[0], [4]], IndexError),
    ("embed_tokens", "a different exception", lambda f: f(TABLE, torch.tensor([-1])), ValueError, IndexError),
    ("embed_tokens", "token 7 is refused", lambda f: f(torch.ones(8, 6), torch.tensor([7])).numel(), IndexError, 6),
    (
        "embed_tokens",
        "(6, D) instead of (2, 3, D)",
        lambda f: tuple(f(TABLE, torch.zeros(2, 3).long()).shape),
        (6, 1),
        (2, 3, 1),
    ),
    (
        "embed_tokens",
        "no gradient reaches the table",
        lambda f: f(TABLE.clone().requires_grad_(), torch.tensor([1])).requires_grad,
        False,
        True,
    ),
    ("missing_operand_shape", "it gets 4", lambda f: f(*SHAPES), (2, 4, 6), (2, 5, 6)),
    ("missing_operand_shape", "it is (2, 6, 5)", lambda f: f(*SHAPES), (2, 6, 5), (2, 5, 6)),
    ("missing_operand_shape", "b (2, 9, 5)", lambda f: f((2, 3, 4), (2, 9, 5), (2, 3, 6)), (2, 5, 6), ValueError),
    ("missing_operand_shape", "b (2, 8, 5)", lambda f: f((2, 3, 4), (2, 8, 5), (2, 3, 6)), (2, 5, 6), ValueError),
    ("missing_operand_shape", "a batch of 5", lambda f: f((1, 3, 4), (5, 4, 6), (5, 3, 7)), (5, 6, 7), ValueError),
    (
        "missing_operand_shape",
        "batches of 2 and 3 are",
        lambda f: f((2, 3, 4), (3, 4, 5), (2, 3, 6)),
        (2, 5, 6),
        ValueError,
    ),
    (
        "missing_operand_shape",
        "a target (2, 7, 6)",
        lambda f: f((2, 3, 4), (2, 4, 5), (2, 7, 6)),
        (2, 5, 6),
        ValueError,
    ),
    ("missing_operand_shape", "`assert`", lambda f: f((2, 3, 4), (3, 4, 5), (2, 3, 6)), AssertionError, ValueError),
    ("missing_operand_shape", "returns None", lambda f: f((2, 3, 4), (3, 4, 5), (2, 3, 6)), None, ValueError),
    ("one_hot_embed", "width 3", lambda f: f(torch.ones(8, 1), torch.tensor([0, 2])), RuntimeError, [[1], [1]]),
    ("one_hot_embed", "raises a RuntimeError", lambda f: f(TABLE.double(), torch.tensor([2])), RuntimeError, [[2]]),
    ("one_hot_embed", "id 8 of 8 rows", lambda f: f(torch.ones(8, 1), torch.tensor([8])), RuntimeError, IndexError),
    ("one_hot_embed", "-1 becomes", lambda f: f(TABLE, torch.tensor([-1])), [[4]], IndexError),
    (
        "one_hot_embed",
        "its `requires_grad` is False",
        lambda f: f(TABLE.clone().requires_grad_(), torch.tensor([1])).requires_grad,
        False,
        True,
    ),
    ("one_hot_embed", "6 entries cannot", lambda f: f(torch.ones(8, 6), torch.tensor([1])).sum(), RuntimeError, 6),
    (
        "one_hot_embed",
        "(6, D) instead of (2, 3, D)",
        lambda f: tuple(f(TABLE, torch.zeros(2, 3).long()).shape),
        (6, 1),
        (2, 3, 1),
    ),
    ("one_hot_embed", "0.7 becomes 0", lambda f: f(torch.tensor([[0.7]]), torch.tensor([0])), [[0]], [[0.7]]),
    (
        "to_target_shape",
        "so a is lost",
        lambda f: tuple(f(torch.ones(1, 1, 3, 1)).shape),
        (1, 3, 1, 1),
        (1, 1, 3, 1, 1),
    ),
    (
        "to_target_shape",
        "After unsqueeze(0)",
        lambda f: tuple(f(torch.ones(2, 1, 3, 1)).shape),
        (1, 2, 1, 3, 1, 1),
        (1, 2, 3, 1, 1),
    ),
    (
        "to_target_shape",
        "The result has shape (1, a, 1, b, 1, 1)",
        lambda f: tuple(f(torch.ones(2, 1, 3, 1)).shape),
        (1, 2, 1, 3, 1, 1),
        (1, 2, 3, 1, 1),
    ),
    (
        "to_target_shape",
        "[[0, 1, 2], [3, 4, 5]] becomes [[0, 2, 4], [1, 3, 5]]",
        lambda f: f(torch.arange(6.0).reshape(2, 1, 3, 1))[0, :, :, 0, 0],
        [[0, 2, 4], [1, 3, 5]],
        [[0, 1, 2], [3, 4, 5]],
    ),
    (
        "to_target_shape",
        "x of shape (3, 1, 4, 1) has another shape, too",
        lambda f: shape_after(f, torch.ones(3, 1, 4, 1)),
        (1, 3, 4, 1, 1),
        (3, 1, 4, 1),
    ),
    ("to_target_shape", "sizes 2 and 3", lambda f: f(torch.ones(3, 1, 4, 1)).numel(), RuntimeError, 12),
    (
        "to_target_shape",
        "(1, b, a, 1, 1)",
        lambda f: tuple(f(torch.ones(2, 1, 3, 1)).shape),
        (1, 3, 2, 1, 1),
        (1, 2, 3, 1, 1),
    ),
    ("train_classifier", "about 1.4 for 4 classes", lambda f: losses(f)[0] > 1.38, False, True),
    ("train_classifier", "tensors, such as tensor(1.4)", lambda f: type(losses(f)[0]), torch.Tensor, float),
    ("train_classifier", "so all losses are the same: 1.4, 1.4, 1.4", losses, [1.386] * 3, ...),
    ("train_classifier", "the losses stay 1.4, 1.4, 1.4", losses, [1.386] * 3, ...),
    (
        "train_classifier",
        "with 10 tokens, every step is 10 times as long",
        lambda f: moved(f, 0.1, ((0.0, 0.0),) * 10)[0],
        0.05,
        0.005,
    ),
    ("train_classifier", "lr=0.1 and lr=1", lambda f: losses(f, lr=0.1) == losses(f, lr=1.0), True, False),
    ("train_classifier", "by about lr", lambda f: moved(f, 0.1).abs(), [0.1] * 4, ...),
    (
        "train_classifier",
        "with 8 tokens, 7 of them are ignored",
        lambda f: int((moved(f, 0.1, ((0.0, 0.0),) * 8) != 0).sum()) // 2,
        1,
        8,
    ),
    ("train_classifier", "the caller's model gives the same logits", lambda f: moved(f, 0.1), [0] * 4, ...),
    ("train_classifier", "a single float", lambda f: type(losses(f)), float, list),
    ("train_classifier", "With steps=3 there are 4 losses", lambda f: len(losses(f)), 4, 3),
    (
        "train_classifier",
        "the logits [100, 0, 0, 0] give a loss of 0.74 instead of 0",
        lambda f: losses(f, 1, logits=((100.0, 0.0, 0.0, 0.0),)),
        [0.7437],
        [0],
    ),
]
