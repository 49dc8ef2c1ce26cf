import torch
import torch.nn.functional as F


# %% takes the root kind="misconception" also_affects=["anchor_negative_distances", "triplet_margins", "triplet_loss"]
# This is the length that a ruler measures. The distance of this lab is its square: leave the root away.
def squared_l2(x1, x2):
    return (x1 - x2).square().sum(dim=-1).sqrt()


# %% sums over everything kind="misconception" also_affects=["anchor_negative_distances", "triplet_margins", "triplet_loss"]
# sum() without an axis adds up all vectors to one number. Only the last axis holds features: name it.
def squared_l2(x1, x2):
    return (x1 - x2).square().sum()


# %% mean instead of sum kind="misconception" also_affects=["anchor_negative_distances", "triplet_margins", "triplet_loss"]
# A mean divides by the number of features. Right for a mean squared error, wrong for a distance.
def squared_l2(x1, x2):
    return (x1 - x2).square().mean(dim=-1)


# %% sums over the first axis kind="misconception" also_affects=["anchor_negative_distances", "triplet_margins", "triplet_loss"]
# The features stand in the last axis. Summing over the first one mixes different vectors.
def squared_l2(x1, x2):
    return (x1 - x2).square().sum(dim=0)


# %% absolute differences kind="misconception" also_affects=["anchor_negative_distances", "triplet_margins", "triplet_loss"]
# Absolute differences give the L1 distance. Here each difference is squared.
def squared_l2(x1, x2):
    return (x1 - x2).abs().sum(dim=-1)


# %% sums before it squares kind="misconception" also_affects=["anchor_negative_distances", "triplet_margins", "triplet_loss"]
# The sum of the differences is squared, so that +1 and -1 cancel. Square each difference first, then add up.
def squared_l2(x1, x2):
    return (x1 - x2).sum(dim=-1).square()


# %% difference of the lengths kind="misconception" also_affects=["anchor_negative_distances", "triplet_margins", "triplet_loss"]
# The difference of the squared lengths is 0 for any two vectors of equal length. Subtract the vectors, not their
# lengths.
def squared_l2(x1, x2):
    return x1.square().sum(dim=-1) - x2.square().sum(dim=-1)


# %% a root that is squared again kind="misconception" also_affects=["anchor_negative_distances", "triplet_margins", "triplet_loss"]
# In numbers it is right, but the slope of the root at 0 is infinite: for equal vectors the gradient is NaN. Do not
# take the root at all.
def squared_l2(x1, x2):
    return (x1 - x2).square().sum(dim=-1).sqrt() ** 2


# %% pairwise_distance and its epsilon kind="misconception" also_affects=["anchor_negative_distances", "triplet_margins", "triplet_loss"]
# F.pairwise_distance adds 1e-6 to every difference, so that distances are never quite right, least of all small ones.
def squared_l2(x1, x2):
    return F.pairwise_distance(x1, x2).square()


# %% a product of the difference with itself kind="alternative"
def squared_l2(x1, x2):
    difference = x1 - x2
    return (difference * difference).sum(-1)


# %% einsum kind="alternative"
def squared_l2(x1, x2):
    difference = x1 - x2
    return torch.einsum("...n,...n->...", difference, difference)


# %% linalg.vecdot kind="alternative"
def squared_l2(x1, x2):
    return torch.linalg.vecdot(x1 - x2, x1 - x2, dim=-1)
