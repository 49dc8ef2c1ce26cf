import torch

# The notebook defines these.
squared_l2 = ...


# %% the published recipe kind="misconception" also_affects=["triplet_margins", "triplet_loss"]
# This repeats each feature at its place and cuts the row anew: the features of an anchor are scrambled. Whole rows
# must be repeated.
def anchor_negative_distances(anchors, negatives):
    repeated = anchors.repeat_interleave(len(negatives), dim=-1).reshape(len(anchors), len(negatives), -1)
    return (negatives - repeated).square().sum(dim=-1).T


# %% transposed kind="misconception" also_affects=["triplet_margins", "triplet_loss"]
# There is a row for each anchor here. Wanted is a row for each negative and a column for each anchor.
def anchor_negative_distances(anchors, negatives):
    return (anchors.unsqueeze(1) - negatives).square().sum(dim=-1)


# %% reshaped instead of transposed kind="misconception" also_affects=["triplet_margins", "triplet_loss"]
# The table has a row for each anchor and is then cut into the wanted shape. reshape does not exchange axes; transpose
# does.
def anchor_negative_distances(anchors, negatives):
    table = (anchors.unsqueeze(1) - negatives).square().sum(dim=-1)
    return table.reshape(len(negatives), len(anchors))


# %% takes the root kind="misconception" also_affects=["triplet_margins", "triplet_loss"]
# This is the length that a ruler measures. The distance of this lab is its square: leave the root away.
def anchor_negative_distances(anchors, negatives):
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=-1).sqrt()


# %% tiled and cut in the wrong order kind="misconception" also_affects=["triplet_margins", "triplet_loss"]
# The rows are repeated whole, but reshape then reads them in another order than you think: axis 0 should count the
# negatives.
def anchor_negative_distances(anchors, negatives):
    repeated = anchors.repeat(len(negatives), 1).reshape(len(anchors), len(negatives), -1)
    return (negatives - repeated).square().sum(dim=-1).T


# %% sums over the wrong axis kind="misconception" also_affects=["triplet_margins", "triplet_loss"]
# The sum runs over the anchors, not over the features: the features stand in the last axis.
def anchor_negative_distances(anchors, negatives):
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=1)


# %% squeezes the result kind="misconception" also_affects=["triplet_margins", "triplet_loss"]
# squeeze() takes every axis of size one, so that one anchor or one negative loses its axis. Nothing needs to be
# squeezed.
def anchor_negative_distances(anchors, negatives):
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=-1).squeeze()


# %% torch.cdist by default kind="misconception" also_affects=["triplet_margins", "triplet_loss"]
# From 26 rows on torch.cdist multiplies the square out, in float32. Near-duplicates far from the origin lose all
# their digits.
def anchor_negative_distances(anchors, negatives):
    return torch.cdist(negatives, anchors).square()


# %% mean over the features kind="misconception" also_affects=["triplet_margins", "triplet_loss"]
# A mean divides by the number of features. A distance adds up.
def anchor_negative_distances(anchors, negatives):
    return (negatives.unsqueeze(1) - anchors).square().mean(dim=-1)


# %% the recipe, repaired: whole rows are repeated kind="alternative"
def anchor_negative_distances(anchors, negatives):
    repeated = anchors.unsqueeze(0).repeat(len(negatives), 1, 1)  # (N, A, D)
    return ((negatives.unsqueeze(1) - repeated) ** 2).sum(dim=-1)


# %% repeat_interleave along the first axis kind="alternative"
def anchor_negative_distances(anchors, negatives):
    pairs = negatives.repeat_interleave(len(anchors), dim=0) - anchors.repeat(len(negatives), 1)  # (N A, D)
    return (pairs * pairs).sum(dim=1).reshape(len(negatives), len(anchors))


# %% transposed at the end kind="alternative"
def anchor_negative_distances(anchors, negatives):
    return squared_l2(anchors[:, None], negatives[None]).T
