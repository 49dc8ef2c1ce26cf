import torch
import torch.nn.functional as F


# %% positives and negatives swapped kind="misconception"
# This loss is 0 when the negatives are far above the positives: pos 0 and neg 5 give 0 with margin 1, although they
# should give 6. Check which side should end up higher, and compare with your signs.
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + pos.mean() - neg.mean())


# %% no hinge kind="misconception"
# Once the gap is larger than the margin, the loss falls below 0, as with a positive at 5, a negative at 1 and margin
# 1, which give -3. So the vectors grow without end. Check in the docstring when it should be 0.
def mean_triplet_loss(pos, neg, margin=1.0):
    return margin + neg.mean() - pos.mean()


# %% absolute value instead of a hinge kind="misconception"
# Once the gap is larger than the margin, `abs()` makes the loss grow again: a positive at 5 and a negative at 1 give
# 3 with margin 1, which pushes the two back together. The margin is a minimum, not a target. Check in the docstring
# when the loss is 0.
def mean_triplet_loss(pos, neg, margin=1.0):
    return (margin + neg.mean() - pos.mean()).abs()


# %% mean of hinges kind="misconception"
# Every pair has its own hinge, and these are averaged: positives at 5 and 1 and a negative at 2 give a loss of 1,
# although the mean 3 is above 2 by the margin of 1. Check the order of mean and hinge.
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg[:, None] - pos).mean()


# %% sums instead of means kind="misconception"
# The affinities are added up, so the larger group counts more: two positives at 1 have a sum of 2, and ten negatives
# at 0.5 have a sum of 5. Check what you compare.
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg.sum() - pos.sum())


# %% margin fixed at 1 kind="misconception"
# The margin is always 1, so `margin=0.5` has no effect. The 1 in the signature is only a default. Check where you use
# the argument.
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.relu(1.0 + neg.mean() - pos.mean())


# %% margin subtracted kind="misconception"
# The margin is subtracted, so the loss is 0 even where the negatives are slightly above the positives: with margin 1,
# a positive at 1 and a negative at 1.5 give 0. Check the sign of each term.
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.relu(neg.mean() - pos.mean() - margin)


# %% extremes instead of means kind="misconception"
# Only the best negative and the worst positive count: positives 9 and 1 count as 1 instead of 5. In this loss all
# tracks should count. Check in the docstring what is compared.
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg.max() - pos.min())


# %% clamp kind="alternative"
def mean_triplet_loss(pos, neg, margin=1.0):
    gap = torch.mean(pos) - torch.mean(neg)
    return (margin - gap).clamp(min=0)


# %% sums divided by their counts kind="alternative"
def mean_triplet_loss(pos, neg, margin=1.0):
    return torch.relu(neg.sum() / neg.numel() - pos.sum() / pos.numel() + margin)


# %% margin_ranking_loss kind="alternative"
# PyTorch's `margin_ranking_loss(a, b, 1)` is relu(b - a + margin): "a should be above b by the margin". Here a and b
# are the two means.
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.margin_ranking_loss(pos.mean(), neg.mean(), torch.ones_like(pos.mean()), margin=margin)
