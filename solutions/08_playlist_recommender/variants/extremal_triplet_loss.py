import torch
import torch.nn.functional as F


# %% best positive kind="misconception"
# The best positive is compared with the best negative: positives at 5 and 0 and a negative at 2 give a loss of 0,
# although one positive ranks below the negative. Check which positive decides.
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg.max() - pos.max())


# %% lowest negative kind="misconception"
# The lowest negative is compared with the lowest positive: a positive at 3 and negatives at 9 and 0 give a loss of 0,
# although one negative ranks first. Check which negative decides.
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg.min() - pos.min())


# %% easiest of each side kind="misconception"
# The best positive is compared with the lowest negative: positives at 5 and 0 and negatives at 4 and -1 give a loss
# of 0, although a negative ranks above a positive. Check which two tracks decide.
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg.min() - pos.max())


# %% positives and negatives swapped kind="misconception"
# This loss is 0 when all negatives are far above the positives: pos 0 and neg 5 give 0 with margin 1, although they
# should give 6. Check which side should end up higher, and compare with your signs.
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + pos.max() - neg.min())


# %% no hinge kind="misconception"
# Once the order is right, the loss falls below 0 and goes on pushing: a positive at 5 and a negative at 1 give -3
# with margin 1. Check in the docstring when it should be 0.
def extremal_triplet_loss(pos, neg, margin=1.0):
    return margin + neg.max() - pos.min()


# %% absolute value instead of a hinge kind="misconception"
# Once the gap is larger than the margin, `abs()` makes the loss grow again: a positive at 5 and a negative at 1 give
# 3 with margin 1, which pushes the two back together. The margin is a minimum, not a target. Check in the docstring
# when the loss is 0.
def extremal_triplet_loss(pos, neg, margin=1.0):
    return (margin + neg.max() - pos.min()).abs()


# %% means instead of extremes kind="misconception"
# The means of both sides are compared, so a few good tracks hide a bad one: positives 9 and 1 count as 5. The
# docstring says 'each of pos above each of neg'. Think about which tracks decide this.
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg.mean() - pos.mean())


# %% mean over all pairs kind="misconception"
# The hinges of all pairs are averaged: one bad pair with a hinge of 4 among 100 good ones counts 0.04. Think about
# which pair decides whether every positive is above every negative.
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg[:, None] - pos).mean()


# %% margin fixed at 1 kind="misconception"
# The margin is always 1, so `margin=0.5` has no effect. The 1 in the signature is only a default. Check where you use
# the argument.
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(1.0 + neg.max() - pos.min())


# %% computation graph lost kind="misconception"
# `item()` turns affinities into Python numbers such as 0.7, so the loss does not depend on the inputs any more, and
# nothing can be learned from it. Look at where you leave the tensors.
def extremal_triplet_loss(pos, neg, margin=1.0):
    return torch.tensor(max(0.0, margin + neg.max().item() - pos.min().item()), dtype=pos.dtype)


# %% the worst of all pairs kind="alternative"
# The largest hinge over all pairs comes from the highest negative and the lowest positive. Seen like this, it is
# hard-example mining: one positive and one negative learn, and all others get no gradient.
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg[:, None] - pos).max()


# %% sorted ends kind="alternative"
def extremal_triplet_loss(pos, neg, margin=1.0):
    worst, best = pos.sort().values[0], neg.sort(descending=True).values[0]
    return (best - worst + margin).clamp_min(0)
