import torch
import torch.nn.functional as F


# %% root taken kind="misconception" also_affects=["anchor_negative_distances", "triplet_margins", "triplet_loss"]
# This takes the square root: (0, 0) and (3, 4) get the distance 5 instead of 25. The distance in this lab has no
# root. Look at your last step.
def squared_l2(x1, x2):
    return (x1 - x2).square().sum(dim=-1).sqrt()


# %% sum over all axes kind="misconception" also_affects=["anchor_negative_distances", "triplet_margins", "triplet_loss"]
# All squares are added up to a single number: two pairs at distances 4 and 9 give 13 instead of [4, 9]. Check which
# axis holds the features.
def squared_l2(x1, x2):
    return (x1 - x2).square().sum()


# %% mean instead of sum kind="misconception" also_affects=["anchor_negative_distances", "triplet_margins", "triplet_loss"]
# The mean divides by the number of features: (0, 0) and (3, 4) get 12.5 instead of 25. Compare with the formula.
def squared_l2(x1, x2):
    return (x1 - x2).square().mean(dim=-1)


# %% sum over the first axis kind="misconception" also_affects=["anchor_negative_distances", "triplet_margins", "triplet_loss"]
# The sum runs over the first axis: 5 pairs of vectors with 2 features give 2 numbers instead of 5, each mixing all
# pairs. Check which axis holds the features.
def squared_l2(x1, x2):
    return (x1 - x2).square().sum(dim=0)


# %% absolute differences kind="misconception" also_affects=["anchor_negative_distances", "triplet_margins", "triplet_loss"]
# The absolute differences are added up, which is the L1 distance: (0, 0) and (3, 4) get 7 instead of 25. Compare with
# the formula.
def squared_l2(x1, x2):
    return (x1 - x2).abs().sum(dim=-1)


# %% squared after the sum kind="misconception" also_affects=["anchor_negative_distances", "triplet_margins", "triplet_loss"]
# The differences are added before they are squared, so +1 and -1 cancel: (0, 0) and (1, -1) get the distance 0. Check
# the order of the two steps.
def squared_l2(x1, x2):
    return (x1 - x2).sum(dim=-1).square()


# %% difference of squared lengths kind="misconception" also_affects=["anchor_negative_distances", "triplet_margins", "triplet_loss"]
# The squared lengths of the two vectors are subtracted, so (3, 4) and (4, 3) get the distance 0, although they are
# different vectors. Compare with the formula: what is subtracted, and what is squared?
def squared_l2(x1, x2):
    return x1.square().sum(dim=-1) - x2.square().sum(dim=-1)


# %% root squared again kind="misconception" also_affects=["anchor_negative_distances", "triplet_margins", "triplet_loss"]
# The values are right, but the slope of a root at 0 is infinite, so for equal vectors the gradient is NaN. Look for a
# step that another step undoes.
def squared_l2(x1, x2):
    return (x1 - x2).square().sum(dim=-1).sqrt() ** 2


# %% pairwise_distance with its epsilon kind="misconception" also_affects=["anchor_negative_distances", "triplet_margins", "triplet_loss"]
# `F.pairwise_distance` adds a small number to every difference, so even equal vectors get a distance above 0, and
# small distances are clearly wrong. Compare with the formula.
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
# A squared length is the dot product of a vector with itself; `vecdot` computes it along an axis for any number of
# vectors.
def squared_l2(x1, x2):
    return torch.linalg.vecdot(x1 - x2, x1 - x2, dim=-1)
