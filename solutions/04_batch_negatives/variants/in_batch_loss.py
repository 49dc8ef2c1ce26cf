import torch
import torch.nn as nn
import torch.nn.functional as F


# %% normalises as in lab 03 kind="misconception" also_affects=["cached_backward"]
# The vectors are scaled to length 1 first, as in lab 03, so their lengths make no difference. Look at what the
# docstring says about the scores.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = F.normalize(queries, dim=-1) @ F.normalize(passages, dim=-1).T / temperature
    return F.cross_entropy(scores, torch.arange(len(queries)))


# %% multiplies by the temperature kind="misconception" also_affects=["cached_backward"]
# The scores are multiplied by the temperature: at 0.1, scores of 10 and 0 become 1 and 0, and the softmax gets
# flatter instead of sharper. Look at what the docstring says about the temperature.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = queries @ passages.T * temperature
    return F.cross_entropy(scores, torch.arange(len(queries)))


# %% temperature left out kind="misconception" also_affects=["cached_backward"]
# The temperature makes no difference: only at temperature 1 is the loss right. Look at where the function uses the
# argument.
def in_batch_loss(queries, passages, temperature=1.0):
    return F.cross_entropy(queries @ passages.T, torch.arange(len(queries)))


# %% extra passages dropped kind="misconception" also_affects=["cached_backward"]
# Only the first B passages are compared: with 2 queries and 5 passages, three are ignored. They are negatives, too;
# look at the shape of the scores.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = queries @ passages[: len(queries)].T / temperature
    return F.cross_entropy(scores, torch.arange(len(queries)))


# %% passages choose among queries kind="misconception" also_affects=["cached_backward"]
# Each of the first B passages chooses among the queries: for 2 queries, the softmax for passage 0 compares query 0
# and query 1. It should be the other way round; look at what a row of the scores stands for.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = passages[: len(queries)] @ queries.T / temperature
    return F.cross_entropy(scores, torch.arange(len(queries)))


# %% both directions kind="misconception" also_affects=["cached_backward"]
# This is the mean of both directions, as in some libraries: if queries choosing among passages give 1.0, and passages
# choosing among queries 2.0, the result is 1.5. Look at which side chooses according to the docstring.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = queries @ passages.T / temperature
    positives = torch.arange(len(queries))
    back = F.cross_entropy(scores[:, : len(queries)].T, positives)
    return (F.cross_entropy(scores, positives) + back) / 2


# %% softmax twice kind="misconception" also_affects=["cached_backward"]
# The scores go through softmax before F.cross_entropy, which applies softmax itself: even for the scores [100, 0],
# the loss is 0.31 instead of 0. Look at what F.cross_entropy expects.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = queries @ passages.T / temperature
    return F.cross_entropy(scores.softmax(dim=1), torch.arange(len(queries)))


# %% sum over the queries kind="misconception" also_affects=["cached_backward"]
# The losses of the queries are added up: for 4 queries with a loss of 0.5 each, the result is 2 instead of 0.5. Look
# at how the docstring combines them.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = queries @ passages.T / temperature
    return F.cross_entropy(scores, torch.arange(len(queries)), reduction="sum")


# %% one loss for each query kind="misconception" also_affects=["cached_backward"]
# The result has one loss for each query, such as [0.2, 0.8] for two of them, but backward() needs a single number.
# Look at the shape that the docstring asks for.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = queries @ passages.T / temperature
    return F.cross_entropy(scores, torch.arange(len(queries)), reduction="none")


# %% exp() overflows kind="misconception" also_affects=["cached_backward"]
# The formula is right, but exp() of a large score is infinite (in float32, of any score above 89), and the loss
# becomes infinite or NaN. Look for a function that combines softmax and logarithm.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = (queries @ passages.T / temperature).exp()
    positives = scores.diagonal()
    return -(positives / scores.sum(dim=1)).log().mean()


# %% passages detached kind="misconception" also_affects=["cached_backward"]
# The values are right, but after backward() `passages.grad` is None, so the passage encoder would never learn. Look
# at what the docstring says the loss is differentiable in.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = queries @ passages.detach().T / temperature
    return F.cross_entropy(scores, torch.arange(len(queries)))


# %% a number instead of a tensor kind="misconception" also_affects=["cached_backward"]
# The loss is a plain number such as 0.7, without a graph, so backward() cannot be called on it. Look at the type of
# the result.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = queries @ passages.T / temperature
    return F.cross_entropy(scores, torch.arange(len(queries))).item()


# %% positive missing from the denominator kind="misconception" also_affects=["cached_backward"]
# Only the negatives are in the sum, so the positive's part is not a share of a whole, and the loss can fall below 0:
# a positive of 5 and one negative of 0 give -5. Check what the docstring says the cross-entropy runs over.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = queries @ passages.T / temperature
    own = torch.eye(*scores.shape, dtype=torch.bool)
    return (scores.masked_fill(own, -torch.inf).logsumexp(dim=1) - scores.diagonal()).mean()


# %% log-softmax and a diagonal kind="alternative"
def in_batch_loss(queries, passages, temperature=1.0):
    log_probabilities = torch.log_softmax(torch.matmul(queries, passages.mT) / temperature, dim=-1)
    return -log_probabilities.diagonal().mean()


# %% logsumexp kind="alternative"
def in_batch_loss(queries, passages, temperature=1.0):
    scores = torch.einsum("bd,pd->bp", queries / temperature, passages)
    own = scores[range(len(queries)), range(len(queries))]
    return (scores.logsumexp(dim=1) - own).mean()


# %% nn.CrossEntropyLoss and one-hot targets kind="alternative"
# Cross-entropy also takes probabilities as targets: here a 1 at each positive. With other rows you could give two
# right passages half of the weight each, or smooth the labels.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = F.linear(queries, passages) / temperature
    targets = torch.eye(*scores.shape, dtype=scores.dtype)
    return nn.CrossEntropyLoss()(scores, targets)
