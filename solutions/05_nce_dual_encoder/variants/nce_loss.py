import math

import torch
import torch.nn as nn
import torch.nn.functional as F


# %% positive missing from the denominator kind="misconception"
# The denominator contains only the negatives, so this is not a share, and the loss can fall below 0: a positive of 5
# and one negative of 0 give -5. Check what the whole is that the positive has a share of.
def nce_loss(scores, positive, negatives):
    own = scores.gather(1, positive[:, None])[:, 0]
    return (scores.gather(1, negatives).logsumexp(dim=1) - own).mean()


# %% all columns count kind="misconception"
# This is the full cross-entropy over all columns: with 5 columns, 1 positive and 2 negatives, the other 2 columns
# count as well. A score there should change nothing. Check where you use `negatives`.
def nce_loss(scores, positive, negatives):
    return F.cross_entropy(scores, positive)


# %% column 0 taken as the positive kind="misconception"
# Column 0 of the scores is taken as the positive of every question. The right column differs from question to
# question. Check how you find the score of the positive.
def nce_loss(scores, positive, negatives):
    chosen = torch.cat([scores[:, :1], scores.gather(1, negatives)], dim=1)
    return F.cross_entropy(chosen, torch.zeros_like(positive))


# %% labels for the full matrix kind="misconception"
# The columns are picked first, but the labels still count the columns of the full matrix: when the columns 4, 1 and 2
# are picked, there is no column 4 any more. Check where the positive is after the columns are picked.
def nce_loss(scores, positive, negatives):
    chosen = scores.gather(1, torch.cat([positive[:, None], negatives], dim=1))
    return F.cross_entropy(chosen, positive.clamp(max=chosen.shape[1] - 1))


# %% first row's negatives for all kind="misconception"
# Every question is compared with the negatives of question 0. Each question has its own: row i of `negatives` belongs
# to row i of `scores`. Check how you pick the columns.
def nce_loss(scores, positive, negatives):
    chosen = torch.cat([scores.gather(1, positive[:, None]), scores[:, negatives[0]]], dim=1)
    return F.cross_entropy(chosen, torch.zeros_like(positive))


# %% sum over the questions kind="misconception"
# The losses of the questions are added up: losses of 1 and 3 give 4 instead of 2. Check in the docstring how they are
# combined.
def nce_loss(scores, positive, negatives):
    chosen = scores.gather(1, torch.cat([positive[:, None], negatives], dim=1))
    return F.cross_entropy(chosen, torch.zeros_like(positive), reduction="sum")


# %% exponentials by hand kind="misconception"
# In float32, `exp` of a score of 89 or more is infinite, and infinity divided by infinity is NaN. The loss should be
# exact for scores of any size. Look for a function that takes the scores themselves.
def nce_loss(scores, positive, negatives):
    chosen = scores.gather(1, torch.cat([positive[:, None], negatives], dim=1))
    shares = chosen.exp() / chosen.exp().sum(dim=1, keepdim=True)
    return -shares[:, 0].log().mean()


# %% other columns set to 0 kind="misconception"
# The columns that should not count get a score of 0. But exp(0) = 1, so they still add to the denominator. Think
# about which score would add nothing.
def nce_loss(scores, positive, negatives):
    keep = torch.zeros_like(scores, dtype=torch.bool)
    keep.scatter_(1, negatives, True)
    keep.scatter_(1, positive[:, None], True)
    return F.cross_entropy(scores.masked_fill(~keep, 0.0), positive)


# %% missing minus sign kind="misconception"
# This is the mean logarithm of the positive's share, which is never above 0. Minimising it would make the share
# smaller, but a loss should fall as the share grows. Check the sign.
def nce_loss(scores, positive, negatives):
    chosen = scores.gather(1, torch.cat([positive[:, None], negatives], dim=1))
    return chosen.log_softmax(dim=1)[:, 0].mean()


# %% binary cross-entropy kind="misconception"
# This makes a separate yes-or-no decision for each column, as in the original form of noise-contrastive estimation:
# adding 10 to all scores of a question changes the loss. Here the positive competes with its negatives for a share of
# one whole. Compare your formula with the share in the worked example.
def nce_loss(scores, positive, negatives):
    chosen = scores.gather(1, torch.cat([positive[:, None], negatives], dim=1))
    wanted = torch.zeros_like(chosen)
    wanted[:, 0] = 1
    return F.binary_cross_entropy_with_logits(chosen, wanted)


# %% plain number kind="misconception"
# `item()` returns a Python number such as 0.7, which has no computation graph, so nothing can be learned from it.
# Check in the docstring what type the loss has.
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
# log(1 + sum of exp(negative - positive)): only differences of scores matter, and `softplus` computes log(1 + exp(x))
# without overflow.
def nce_loss(scores, positive, negatives):
    own = torch.take_along_dim(scores, positive[:, None], dim=1)
    gaps = torch.take_along_dim(scores, negatives, dim=1) - own
    return F.softplus(gaps.logsumexp(dim=1)).mean()
