import math

import torch
import torch.nn as nn
import torch.nn.functional as F


# %% positive missing in the denominator kind="misconception"
# The denominator is the positive and the negatives together. Without the positive the loss can fall below 0.
def nce_loss(scores, positive, negatives):
    own = scores.gather(1, positive[:, None])[:, 0]
    return (scores.gather(1, negatives).logsumexp(dim=1) - own).mean()


# %% all columns count kind="misconception"
# This is the full cross-entropy over all columns. Only the positive and the given negatives count.
def nce_loss(scores, positive, negatives):
    return F.cross_entropy(scores, positive)


# %% positive taken for column 0 kind="misconception"
# Which column is the positive's, `positive` says for each row.
def nce_loss(scores, positive, negatives):
    chosen = torch.cat([scores[:, :1], scores.gather(1, negatives)], dim=1)
    return F.cross_entropy(chosen, torch.zeros_like(positive))


# %% labels in the old columns kind="misconception"
# Once columns are picked, the positive stands where it was put, not where it was in the whole matrix.
def nce_loss(scores, positive, negatives):
    chosen = scores.gather(1, torch.cat([positive[:, None], negatives], dim=1))
    return F.cross_entropy(chosen, positive.clamp(max=chosen.shape[1] - 1))


# %% the first row's negatives for all kind="misconception"
# Each question has negatives of its own: row i of `negatives` belongs to row i of the scores.
def nce_loss(scores, positive, negatives):
    chosen = torch.cat([scores.gather(1, positive[:, None]), scores[:, negatives[0]]], dim=1)
    return F.cross_entropy(chosen, torch.zeros_like(positive))


# %% sum over the questions kind="misconception"
# The mean over the questions is wanted, not their sum.
def nce_loss(scores, positive, negatives):
    chosen = scores.gather(1, torch.cat([positive[:, None], negatives], dim=1))
    return F.cross_entropy(chosen, torch.zeros_like(positive), reduction="sum")


# %% exponentials by hand kind="misconception"
# exp() of a score of some hundreds is infinite, and the result NaN. cross_entropy and logsumexp take scores as they
# are.
def nce_loss(scores, positive, negatives):
    chosen = scores.gather(1, torch.cat([positive[:, None], negatives], dim=1))
    shares = chosen.exp() / chosen.exp().sum(dim=1, keepdim=True)
    return -shares[:, 0].log().mean()


# %% others masked with 0 kind="misconception"
# A score of 0 counts like any other, since exp(0) = 1. A column that should not count needs minus infinity.
def nce_loss(scores, positive, negatives):
    keep = torch.zeros_like(scores, dtype=torch.bool)
    keep.scatter_(1, negatives, True)
    keep.scatter_(1, positive[:, None], True)
    return F.cross_entropy(scores.masked_fill(~keep, 0.0), positive)


# %% sign forgotten kind="misconception"
# The loss is the negative logarithm: it falls as the positive's share grows.
def nce_loss(scores, positive, negatives):
    chosen = scores.gather(1, torch.cat([positive[:, None], negatives], dim=1))
    return chosen.log_softmax(dim=1)[:, 0].mean()


# %% binary cross-entropy kind="misconception"
# Here the positive competes with its negatives in one softmax. Single yes-or-no decisions are another loss (and the
# original form of noise-contrastive estimation).
def nce_loss(scores, positive, negatives):
    chosen = scores.gather(1, torch.cat([positive[:, None], negatives], dim=1))
    wanted = torch.zeros_like(chosen)
    wanted[:, 0] = 1
    return F.binary_cross_entropy_with_logits(chosen, wanted)


# %% a number without a graph kind="misconception"
# item() gives a Python number, which nothing can be learned from. A scalar tensor is wanted.
def nce_loss(scores, positive, negatives):
    chosen = scores.gather(1, torch.cat([positive[:, None], negatives], dim=1))
    return F.cross_entropy(chosen, torch.zeros_like(positive)).item()


# %% logsumexp kind="alternative"
def nce_loss(scores, positive, negatives):
    rows = torch.arange(len(scores))
    own = scores[rows, positive]
    others = scores[rows[:, None], negatives]
    everything = torch.cat([others, own[:, None]], dim=1)
    return (torch.logsumexp(everything, dim=1) - own).mean()


# %% masked columns kind="alternative"
def nce_loss(scores, positive, negatives):
    left_out = torch.ones_like(scores, dtype=torch.bool)
    left_out.scatter_(1, negatives, False)
    left_out.scatter_(1, positive.unsqueeze(1), False)
    return nn.CrossEntropyLoss()(scores.masked_fill(left_out, -math.inf), positive)


# %% differences and softplus kind="alternative"
def nce_loss(scores, positive, negatives):
    own = torch.take_along_dim(scores, positive[:, None], dim=1)
    gaps = torch.take_along_dim(scores, negatives, dim=1) - own
    return F.softplus(gaps.logsumexp(dim=1)).mean()
