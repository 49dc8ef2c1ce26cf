import torch

# The notebook defines these.
fast_distances = ...
squared_l2 = ...


# %% the wrong sign kind="misconception" also_affects=["triplet_loss"]
# The margin is the distance to the negative minus that to the positive. Here it is the other way round, so that good
# triplets look bad.
def triplet_margins(anchors, positives, negatives):
    return (anchors - positives).square().sum(dim=-1) - (negatives.unsqueeze(1) - anchors).square().sum(dim=-1)


# %% transposed kind="misconception" also_affects=["triplet_loss"]
# There is a row for each anchor here. Wanted is a row for each negative and a column for each anchor.
def triplet_margins(anchors, positives, negatives):
    return ((negatives.unsqueeze(1) - anchors).square().sum(dim=-1) - (anchors - positives).square().sum(dim=-1)).T


# %% every anchor with every positive kind="misconception" also_affects=["triplet_loss"]
# Positive k belongs to anchor k alone. Here the distances to all positives are averaged.
def triplet_margins(anchors, positives, negatives):
    every = (positives.unsqueeze(1) - anchors).square().sum(dim=-1)
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=-1) - every.mean(dim=0)


# %% the mean distance to the positives kind="misconception" also_affects=["triplet_loss"]
# One mean is subtracted everywhere. Each anchor has its own positive, and its own distance to it.
def triplet_margins(anchors, positives, negatives):
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=-1) - (anchors - positives).square().sum(dim=-1).mean()


# %% negative against positive kind="misconception" also_affects=["triplet_loss"]
# The negatives are compared with the positives. Both distances start at the anchor.
def triplet_margins(anchors, positives, negatives):
    return (negatives.unsqueeze(1) - positives).square().sum(dim=-1) - (anchors - positives).square().sum(dim=-1)


# %% roots of both distances kind="misconception" also_affects=["triplet_loss"]
# The difference of two roots is another number than the difference of the squares. A distance is squared L2
# throughout.
def triplet_margins(anchors, positives, negatives):
    d_an, d_ap = (negatives.unsqueeze(1) - anchors).square().sum(dim=-1), (anchors - positives).square().sum(dim=-1)
    return d_an.sqrt() - d_ap.sqrt()


# %% the positives are detached kind="misconception" also_affects=["triplet_loss"]
# The numbers are right, but no gradient reaches the positives: they would never learn to come closer.
def triplet_margins(anchors, positives, negatives):
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=-1) - (anchors - positives.detach()).square().sum(dim=-1)


# %% the first positive for all kind="misconception" also_affects=["triplet_loss"]
# Only the first positive is used, for every anchor. Compare row by row.
def triplet_margins(anchors, positives, negatives):
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=-1) - (anchors - positives[:1]).square().sum(dim=-1)


# %% distances by torch.cdist, far from the origin kind="misconception" also_affects=["triplet_loss"]
# torch.cdist multiplies out in float32 from 26 rows on. Here it is told to always do so: near-duplicates far from the
# origin lose their digits.
def triplet_margins(anchors, positives, negatives):
    d_an = torch.cdist(negatives, anchors, compute_mode="use_mm_for_euclid_dist").square()
    return d_an - (anchors - positives).square().sum(dim=-1)


# %% from the fast distances kind="alternative"
def triplet_margins(anchors, positives, negatives):
    return fast_distances(anchors, negatives) - squared_l2(anchors, positives).unsqueeze(0)


# %% in one formula kind="alternative"
def triplet_margins(anchors, positives, negatives):
    d_an = (negatives.unsqueeze(1) - anchors).square().sum(dim=-1)
    d_ap = ((anchors - positives) ** 2).sum(-1)
    return d_an.sub(d_ap)
