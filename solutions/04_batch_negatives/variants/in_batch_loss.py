import torch
import torch.nn as nn
import torch.nn.functional as F


# %% normalises as in lab 03 kind="misconception" also_affects=["cached_backward"]
# Lab 03 compared cosines. Here the scores are raw dot products: lengths count, and nothing is normalised.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = F.normalize(queries, dim=-1) @ F.normalize(passages, dim=-1).T / temperature
    return F.cross_entropy(scores, torch.arange(len(queries)))


# %% multiplies by the temperature kind="misconception" also_affects=["cached_backward"]
# A low temperature makes the softmax sharper, so scores are divided by it.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = queries @ passages.T * temperature
    return F.cross_entropy(scores, torch.arange(len(queries)))


# %% leaves out the temperature kind="misconception" also_affects=["cached_backward"]
# The temperature is not used at all. At 1 that makes no difference, at any other value it does.
def in_batch_loss(queries, passages, temperature=1.0):
    return F.cross_entropy(queries @ passages.T, torch.arange(len(queries)))


# %% extra passages dropped kind="misconception" also_affects=["cached_backward"]
# Only the first B passages are compared here. The further ones are negatives too, and the most useful ones.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = queries @ passages[: len(queries)].T / temperature
    return F.cross_entropy(scores, torch.arange(len(queries)))


# %% passages choose among queries kind="misconception" also_affects=["cached_backward"]
# The softmax runs over the queries here. Each query has to find its passage among all passages, not the other way
# round.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = passages[: len(queries)] @ queries.T / temperature
    return F.cross_entropy(scores, torch.arange(len(queries)))


# %% both directions kind="misconception" also_affects=["cached_backward"]
# The mean with the other direction is another loss, which some libraries use. Here only queries choose.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = queries @ passages.T / temperature
    positives = torch.arange(len(queries))
    back = F.cross_entropy(scores[:, : len(queries)].T, positives)
    return (F.cross_entropy(scores, positives) + back) / 2


# %% softmax twice kind="misconception" also_affects=["cached_backward"]
# F.cross_entropy contains the softmax. Given probabilities it applies another one, which flattens them.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = queries @ passages.T / temperature
    return F.cross_entropy(scores.softmax(dim=1), torch.arange(len(queries)))


# %% sum over the queries kind="misconception" also_affects=["cached_backward"]
# This is the sum over the queries; the loss is their mean, so that it does not grow with the batch.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = queries @ passages.T / temperature
    return F.cross_entropy(scores, torch.arange(len(queries)), reduction="sum")


# %% one loss for each query kind="misconception" also_affects=["cached_backward"]
# Each query has its loss here. The mean over the queries is wanted: one number, still a tensor.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = queries @ passages.T / temperature
    return F.cross_entropy(scores, torch.arange(len(queries)), reduction="none")


# %% exp overflows kind="misconception" also_affects=["cached_backward"]
# The formula is right, but exp() of a large score is infinite. Use log-softmax or F.cross_entropy, which take the
# largest score away first.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = (queries @ passages.T / temperature).exp()
    positives = scores.diagonal()
    return -(positives / scores.sum(dim=1)).log().mean()


# %% passages detached kind="misconception" also_affects=["cached_backward"]
# The values are right, but detach() cuts the passages off: their encoder would never learn.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = queries @ passages.detach().T / temperature
    return F.cross_entropy(scores, torch.arange(len(queries)))


# %% a number instead of a tensor kind="misconception" also_affects=["cached_backward"]
# item() takes the number out of the tensor, and the graph is lost: nothing is left to call backward() on.
def in_batch_loss(queries, passages, temperature=1.0):
    scores = queries @ passages.T / temperature
    return F.cross_entropy(scores, torch.arange(len(queries))).item()


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
def in_batch_loss(queries, passages, temperature=1.0):
    scores = F.linear(queries, passages) / temperature
    targets = torch.eye(*scores.shape, dtype=scores.dtype)
    return nn.CrossEntropyLoss()(scores, targets)
