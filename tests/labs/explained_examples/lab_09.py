import math

import torch

ONE, NOTHING = torch.ones(2), torch.zeros(2)


def rows(*values):
    return torch.tensor(values, dtype=torch.float32)


def norm(f, x, weight=1.0, bias=0.0, **kwargs):
    x = torch.tensor(x, dtype=torch.float32)
    size = x.shape[-1]
    return f(x, torch.full((size,), float(weight)), torch.full((size,), float(bias)), **kwargs)


def input_of_one_feature(f):
    """How output 0 of the token [1, 3] changes with its two features, with eps 1."""
    x = rows(1, 3).requires_grad_()
    f(x, ONE, NOTHING, 1.0)[0].backward()
    return bool(x.grad[1] != 0)


def network(f, value):
    """What a network gives whose layers pass one feature on as it is."""
    net = f(1, 1)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.fill_(1.0 if parameter.dim() == 2 else 0.0)
    return net(torch.full((1, 1, 1), float(value))).item()


def hidden_of(f, *features):
    """What a network gives for a token whose hidden features are large numbers in proportion to these."""
    net = f(len(features), len(features))
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(torch.eye(len(features)) if parameter.dim() == 2 else torch.zeros(len(features)))
    return net(rows(features)[None])[0, 0]


def network_with_a_negative_end(f):
    """What a network gives whose second layer gives -3."""
    net = f(1, 1)
    with torch.no_grad():
        net.lin2.weight.zero_()
        net.lin2.bias.fill_(-3.0)
    return net(torch.zeros(1, 1, 1)).item()


def without_biases(f):
    return bool(f(4, 4)(torch.zeros(1, 1, 4)).any())


def encoder(f, layers=2, heads=2):
    torch.manual_seed(0)
    return f(20, 4, heads, 8, layers, 8)


def reference_ids(count=3, texts=1):
    return torch.arange(1, count + 1).repeat(texts, 1)


def padding_counts(model, call):
    padded = torch.cat([reference_ids(), torch.zeros(1, 2).long()], dim=1)
    mask = torch.tensor([[True] * 3 + [False] * 2])
    return not torch.allclose(call(model, reference_ids(), mask[:, :3]), call(model, padded, mask)[:, :3], atol=1e-5)


def untrained(f):
    """How many blocks get no gradient."""
    model = encoder(f, 3)
    (model(reference_ids()) * torch.randn(1, 3, 4)).sum().backward()
    return sum(all(p.grad is None for p in block.parameters()) for block in model.blocks)


def block(f):
    torch.manual_seed(0)
    return f(4, 2, 8)


def tokens(count=3, texts=1):
    return torch.randn(texts, count, 4, generator=torch.Generator().manual_seed(1))


def block_padding_counts(f):
    model, x = block(f), tokens(5)
    mask = torch.tensor([[True] * 3 + [False] * 2])
    return not torch.allclose(model(x[:, :3], mask[:, :3]), model(x, mask)[:, :3], atol=1e-5)


def mean_and_variance(x):
    return [x.mean(dim=-1).abs().max().item() < 1e-3, (x.var(dim=-1, correction=0) - 1).abs().max().item() < 1e-2]


def gets_gradient(f, name):
    model = block(f)
    (model(tokens()) * torch.randn(1, 3, 4)).sum().backward()
    return getattr(model, name).weight.grad is not None


def embeddings(f, max_length=8, d_model=2):
    torch.manual_seed(0)
    return f(20, d_model, max_length)


def place_counts(f):
    out = embeddings(f, d_model=4)(torch.tensor([[7, 1, 1, 7]]))
    return not torch.allclose(out[0, 0], out[0, 3])


def mlm(f, logits, labels):
    return f(torch.tensor(logits, dtype=torch.float32), torch.tensor(labels))


def with_loss(loss):
    """Two logits whose loss for label 0 is this."""
    return [-math.log(math.exp(loss) - 1), 0.0]


def mlm_losses(f, losses, not_asked=0):
    logits = [[with_loss(loss) for loss in losses] + [[0.0, 0.0]] * not_asked]
    return mlm(f, logits, [[0] * len(losses) + [-100] * not_asked])


MASK = 99


def masked(f, count=20_000, share=0.5, seed=0):
    """Of the chosen tokens: the shares of [MASK], of other ids and of the same id."""
    ids = torch.full((1, count), 7)
    special = torch.zeros(100, dtype=torch.bool)
    inputs, labels = f(ids.clone(), special, MASK, 90, torch.Generator().manual_seed(seed), share)
    chosen = labels != -100
    return ids, inputs, labels, chosen


def shares(f):
    _, inputs, _, chosen = masked(f)
    found = inputs[chosen]
    same, mask = (found == 7).float().mean().item(), (found == MASK).float().mean().item()
    return [round(each, 1) for each in (mask, 1 - same - mask, same)]


EXAMPLES = [
    (
        "layer_norm",
        "for [1, 3, 5, 7] it is 6.67 instead of 5",
        lambda f: norm(f, [1, 3, 5, 7])[3],
        3 / 6.667**0.5,
        3 / 5**0.5,
    ),
    ("layer_norm", "1 is compared with 5, not with 3", lambda f: norm(f, [[1, 3], [5, 7]])[0], [-1, -1], [-1, 1]),
    (
        "layer_norm",
        "the divisor is 4 instead of 2",
        lambda f: norm(f, [0, 2], eps=3.0),
        [-1 / 4, 1 / 4],
        [-1 / 2, 1 / 2],
    ),
    ("layer_norm", "A token such as [2, 2]", lambda f: bool(norm(f, [2, 2], bias=5).isnan().all()), True, False),
    ("layer_norm", "gives 0.5 instead of 1", lambda f: norm(f, [0, 4])[1], 0.5, 1),
    ("layer_norm", "becomes 164 instead of 44", lambda f: norm(f, [1, 3], 4, 40)[1], 164, 44),
    (
        "layer_norm",
        "changes the output of the token [1, 3] beside it",
        lambda f: torch.allclose(norm(f, [[1, 3], [1000, 1001]])[0], norm(f, [[1, 3], [0, 1]])[0], atol=1e-3),
        False,
        True,
    ),
    (
        "layer_norm",
        "the mean is 4 for both of them instead of 2 and 6",
        lambda f: norm(f, [[[1, 3], [5, 7]]])[0],
        [[-3 / 5**0.5, -1 / 5**0.5], [1 / 5**0.5, 3 / 5**0.5]],
        [[-1, 1], [-1, 1]],
    ),
    ("layer_norm", "output 0 then seems to depend on feature 0 alone", input_of_one_feature, False, True),
    (
        "layer_norm",
        "should give about [-0.71, 0.71], and here it gives [-1, 1]",
        lambda f: norm(f, [1, 3], eps=1.0),
        [-1, 1],
        [-0.707, 0.707],
    ),
    ("layer_norm", "[1, 3] gives [1, 3] instead of [-1, 1]", lambda f: norm(f, [1, 3]), [1, 3], [-1, 1]),
    (
        "layer_norm",
        "[1, 3] gives [-0.71, 0.71] instead of [-1, 1]",
        lambda f: norm(f, [1, 3]),
        [-0.707, 0.707],
        [-1, 1],
    ),
    (
        "layer_norm",
        "so the true variance, 0.25, is lost",
        lambda f: bool((norm(f, [10000, 10001]) - rows(-1, 1)).abs().max() < 0.01),
        False,
        True,
    ),
    ("FeedForward", "for -2 it gives 0, where GELU gives -0.0455", lambda f: network(f, -2), 0, -0.0455),
    (
        "FeedForward",
        "for 1 it gives 0.8412, and the exact GELU gives 0.8413",
        lambda f: round(network(f, 1), 4),
        0.8412,
        0.8413,
    ),
    ("FeedForward", "so the second adds nothing", lambda f: network(f, 5) / 5 == network(f, -5) / -5, True, False),
    ("FeedForward", "an output of -3 becomes -0.004", network_with_a_negative_end, -0.004, -3),
    ("FeedForward", "the token [1, 2] becomes [2, 4]", lambda f: network(f, -100), -100, 0),
    ("FeedForward", "lin1 gives 4 features instead of 16", lambda f: len(f(4, 16).lin1.weight), 4, 16),
    ("FeedForward", "so an input of zeros always gives 0", without_biases, False, True),
    (
        "FeedForward",
        "each call of `forward` gives other numbers",
        lambda f: (lambda net: torch.equal(net(torch.ones(1, 9, 4)), net(torch.ones(1, 9, 4))))(f(4, 16)),
        False,
        True,
    ),
    ("FeedForward", 'a network with "fc1.weight"', lambda f: f(4, 16).lin1 is not None, AttributeError, True),
    ("FeedForward", "for 1 it gives 0.731, and GELU gives 0.841", lambda f: network(f, 1), 0.731, 0.841),
    (
        "FeedForward",
        "so [1, 3] and [10, 30] give the same output",
        lambda f: torch.allclose(hidden_of(f, 10, 30), hidden_of(f, 100, 300), atol=1e-3),
        True,
        False,
    ),
    (
        "Encoder",
        "a third of the parameters",
        lambda f: (
            sum(p.numel() for p in encoder(f, 3).blocks.parameters())
            / sum(p.numel() for p in encoder(f, 1).blocks.parameters())
        ),
        1.0,
        3.0,
    ),
    (
        "Encoder",
        "counts only the embeddings",
        lambda f: (
            (lambda model: len(list(model.parameters())) - len(list(model.embeddings.parameters())))(encoder(f)) > 0
        ),
        False,
        True,
    ),
    (
        "Encoder",
        "In block 2 and all later ones",
        lambda f: padding_counts(encoder(f), lambda m, *args: m(*args)),
        True,
        False,
    ),
    (
        "Encoder",
        "as soon as 2 places of padding follow",
        lambda f: padding_counts(encoder(f), lambda m, *args: m(*args)),
        True,
        False,
    ),
    ("Encoder", "with 3 blocks the work of the first 2 is lost", untrained, 2, 0),
    ("Encoder", "and the third gets no gradient", untrained, 1, 0),
    ("Encoder", "num_layers=2 gives 3 blocks", lambda f: len(encoder(f).blocks), 3, 2),
    (
        "Encoder",
        "the result is (2, d_model) instead of (2, 5, d_model)",
        lambda f: tuple(encoder(f)(reference_ids(5, 2)).shape),
        (2, 4),
        (2, 5, 4),
    ),
    (
        "Encoder",
        "A list with the output of every block",
        lambda f: type(encoder(f)(reference_ids())),
        list,
        torch.Tensor,
    ),
    ("Encoder", "the encoder has 4 blocks instead of 2", lambda f: len(encoder(f, 2, 4).blocks), 4, 2),
    (
        "EncoderBlock",
        "the features of an output token do not have mean 0 and variance 1",
        lambda f: all(mean_and_variance(block(f)(tokens()))),
        False,
        True,
    ),
    ("EncoderBlock", "`norm2` is never used, so it gets no gradient", lambda f: gets_gradient(f, "norm2"), False, True),
    ("EncoderBlock", "so the sum is not normalised", lambda f: all(mean_and_variance(block(f)(tokens()))), False, True),
    (
        "EncoderBlock",
        "so the features of a token do not have mean 0 and variance 1",
        lambda f: all(mean_and_variance(block(f)(tokens()))),
        False,
        True,
    ),
    (
        "EncoderBlock",
        "when 2 places of padding follow, because its tokens attend to them",
        block_padding_counts,
        True,
        False,
    ),
    ("EncoderBlock", "with [True, True, False], the two real tokens are hidden", block_padding_counts, True, False),
    ("EncoderBlock", "tokens 0 and 1 still attend to token 2", block_padding_counts, True, False),
    ("EncoderBlock", "a weight of 1/3", block_padding_counts, True, False),
    ("EncoderBlock", "PyTorch's default eps of 1e-5", lambda f: block(f).norm1.eps, 1e-5, 1e-12),
    ("TokenEmbeddings", "has the same vector at place 0 and at place 3", place_counts, False, True),
    ("TokenEmbeddings", "id 7 gets position row 7 wherever it is", place_counts, False, True),
    (
        "TokenEmbeddings",
        "A text of 9 tokens with max_length=8 is not checked",
        lambda f: embeddings(f)(reference_ids(9)).numel(),
        IndexError,
        ValueError,
    ),
    (
        "TokenEmbeddings",
        "A text of exactly max_length tokens is refused",
        lambda f: embeddings(f)(reference_ids(8)).numel(),
        ValueError,
        16,
    ),
    (
        "TokenEmbeddings",
        "of 9 tokens with max_length=8, the last one disappears",
        lambda f: embeddings(f)(reference_ids(9)).shape[1],
        8,
        ValueError,
    ),
    (
        "TokenEmbeddings",
        "a batch of 9 short texts is refused",
        lambda f: embeddings(f)(reference_ids(2, 9)).numel(),
        ValueError,
        36,
    ),
    (
        "TokenEmbeddings",
        "all tokens of text 0 get position row 0",
        lambda f: (lambda out: torch.allclose(out[0, 0], out[0, 1]))(embeddings(f, d_model=4)(torch.tensor([[7, 7]]))),
        True,
        False,
    ),
    ("TokenEmbeddings", "PyTorch's default eps of 1e-5", lambda f: embeddings(f).norm.eps, 1e-5, 1e-12),
    (
        "TokenEmbeddings",
        "do not have mean 0 and variance 1. Look at what comes last",
        lambda f: all(mean_and_variance(embeddings(f, d_model=4)(reference_ids()))),
        False,
        True,
    ),
    (
        "TokenEmbeddings",
        "the result does not have mean 0 and variance 1. Look at what is inside",
        lambda f: all(mean_and_variance(embeddings(f, d_model=4)(reference_ids()))),
        False,
        True,
    ),
    ("mask_tokens", "of 100 chosen ones, 100 instead of about 80", shares, [1, 0, 0], [0.8, 0.1, 0.1]),
    ("mask_tokens", "about 80 become [MASK] and 20 random", shares, [0.8, 0.2, 0], [0.8, 0.1, 0.1]),
    ("mask_tokens", "about 80 become [MASK] and 20 stay", shares, [0.8, 0, 0.2], [0.8, 0.1, 0.1]),
    (
        "mask_tokens",
        "only 2 random",
        lambda f: 100 * (masked(f)[1][masked(f)[3]] < 7).float().mean() * 90 / 7 // 1 <= 4,
        True,
        False,
    ),
    (
        "mask_tokens",
        "about 72 stay masked instead of 80",
        lambda f: round((masked(f)[1][masked(f)[3]] == MASK).float().mean().item(), 2),
        0.72,
        0.8,
    ),
    (
        "mask_tokens",
        "the loss asks for 10 instead of 2",
        lambda f: int((masked(f, 100, 0.2)[2] != -100).sum()) == 100,
        True,
        False,
    ),
    ("mask_tokens", "The label is 0 where nothing is asked", lambda f: bool((masked(f)[2] == 0).any()), True, False),
    (
        "mask_tokens",
        "of 10 chosen tokens, about 2 are random or kept",
        lambda f: bool((masked(f)[1][masked(f)[3]] == MASK).all()),
        True,
        False,
    ),
    (
        "mask_tokens",
        "the model is asked for [MASK] instead of 7",
        lambda f: bool((masked(f)[2] == MASK).any()),
        True,
        False,
    ),
    (
        "mask_tokens",
        "about 1 token in 10 changes, although its label is -100",
        lambda f: (lambda ids, inputs, labels, chosen: round((inputs != ids)[~chosen].float().mean().item(), 1))(
            *masked(f)
        ),
        0.1,
        0,
    ),
    (
        "mask_tokens",
        "two calls with generators of the same seed",
        lambda f: torch.equal(masked(f)[2], masked(f)[2]),
        False,
        True,
    ),
    (
        "mask_tokens",
        "they are hidden in every call",
        lambda f: torch.equal(masked(f, seed=1)[2], masked(f, seed=2)[2]),
        True,
        False,
    ),
    (
        "mask_tokens",
        "with share=0.5 and 100 tokens, about 15",
        lambda f: round(masked(f)[3].float().mean().item(), 2),
        0.15,
        0.5,
    ),
    (
        "masked_lm_loss",
        "which is NaN, and one such batch",
        lambda f: bool(mlm(f, [[[0, 0]]], [[-100]]).isnan()),
        True,
        False,
    ),
    ("masked_lm_loss", "losses of 1 and 3 give 0.4 instead of 2", lambda f: mlm_losses(f, [1, 3], 8), 0.4, 2),
    ("masked_lm_loss", "losses of 1 and 3 give 4 instead of 2", lambda f: mlm_losses(f, [1, 3]), 4, 2),
    (
        "masked_lm_loss",
        "the result is 3.5 instead of 2.25",
        lambda f: mlm(f, [[with_loss(6), [0, 0], [0, 0]], [with_loss(1)] * 3], [[0, -100, -100], [0, 0, 0]]),
        3.5,
        2.25,
    ),
    ("masked_lm_loss", "the loss covers all 10", lambda f: mlm_losses(f, [1, 3], 8), (4 + 8 * math.log(2)) / 10, 2),
    (
        "masked_lm_loss",
        "of the labels [0, 3, -100], one is asked instead of two",
        lambda f: mlm(f, [[[0, 0, 0, 5]] * 3], [[0, 3, -100]]),
        0.02,
        2.52,
    ),
    (
        "masked_lm_loss",
        "does not depend on the logits, so backward() raises an error",
        lambda f: f(torch.zeros(1, 1, 2, requires_grad=True), torch.tensor([[-100]])).requires_grad,
        False,
        True,
    ),
    (
        "masked_lm_loss",
        "logits [5, 0] give a loss of 0.32 instead of 0.007",
        lambda f: mlm(f, [[[5, 0]]], [[0]]),
        0.317,
        0.0067,
    ),
    (
        "masked_lm_loss",
        "for 0.1 and 0.9 the result is 0.69, and the mean of the two losses is 1.20",
        lambda f: mlm_losses(f, [-math.log(0.1), -math.log(0.9)]),
        0.693,
        1.204,
    ),
    ("masked_lm_loss", "a Python number such as 2.3", lambda f: type(mlm(f, [[[0, 0]]], [[0]])), float, torch.Tensor),
    ("masked_lm_loss", "losses of 1 and 3 give 1.33 instead of 2", lambda f: mlm_losses(f, [1, 3]), 1.333, 2),
]
