import torch

# The notebook defines these.
squared_l2 = ...


# %% the published recipe kind="misconception" also_affects=["triplet_margins", "triplet_loss"]
# On both sides this repeats each feature in place and cuts the result into new rows, so the features are scrambled:
# anchor (1, 2) becomes (1, 1), (2, 2). Repeat whole rows instead.
def anchor_negative_distances(anchors, negatives):
    num_anchors, num_negatives, dim = len(anchors), len(negatives), anchors.shape[1]
    repeated_anchors = anchors.repeat_interleave(num_negatives, dim=-1).reshape(num_anchors, num_negatives, dim)
    repeated_negatives = negatives.repeat_interleave(num_anchors, dim=-1).reshape(num_negatives, num_anchors, dim)
    return (repeated_negatives - repeated_anchors.transpose(0, 1)).square().sum(dim=-1)


# %% the recipe with only the negatives repaired kind="misconception" also_affects=["triplet_margins", "triplet_loss"]
# The negatives stay whole, but the features of each anchor are repeated in place and cut into new rows: anchor (1, 2)
# becomes (1, 1), (2, 2). Repair this side too.
def anchor_negative_distances(anchors, negatives):
    repeated = anchors.repeat_interleave(len(negatives), dim=-1).reshape(len(anchors), len(negatives), -1)
    return (negatives - repeated).square().sum(dim=-1).T


# %% the recipe with only the anchors repaired kind="misconception" also_affects=["triplet_margins", "triplet_loss"]
# The anchors stay whole, but the features of each negative are repeated in place and cut into new rows: negative
# (1, 2) becomes (1, 1), (2, 2). Repair this side too.
def anchor_negative_distances(anchors, negatives):
    repeated = negatives.repeat_interleave(len(anchors), dim=-1).reshape(len(negatives), len(anchors), -1)
    return (repeated - anchors).square().sum(dim=-1)


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
    shape = (len(negatives), len(anchors), anchors.shape[1])  # (N, A, D)
    repeated_anchors = anchors.repeat(shape[0], 1).reshape(shape)
    repeated_negatives = negatives.repeat_interleave(shape[1], dim=0).reshape(shape)
    return ((repeated_negatives - repeated_anchors) ** 2).sum(dim=-1)


# %% a sum over the features, one table for each kind="alternative"
def anchor_negative_distances(anchors, negatives):
    return sum((negatives[:, None, feature] - anchors[:, feature]) ** 2 for feature in range(anchors.shape[1]))


# %% repeat_interleave along the first axis kind="alternative"
def anchor_negative_distances(anchors, negatives):
    pairs = negatives.repeat_interleave(len(anchors), dim=0) - anchors.repeat(len(negatives), 1)  # (N A, D)
    return (pairs * pairs).sum(dim=1).reshape(len(negatives), len(anchors))


# %% transposed at the end kind="alternative"
def anchor_negative_distances(anchors, negatives):
    return squared_l2(anchors[:, None], negatives[None]).T
