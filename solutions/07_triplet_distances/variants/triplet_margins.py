import torch

# The notebook defines these.
fast_distances = ...
squared_l2 = ...


# %% wrong sign kind="misconception" also_affects=["triplet_loss"]
# The difference is taken the other way round: a good triplet, with the negative at 9 and the positive at 4, gives -5
# instead of 5. Compare the order with the docstring.
def triplet_margins(anchors, positives, negatives):
    return (anchors - positives).square().sum(dim=-1) - (negatives.unsqueeze(1) - anchors).square().sum(dim=-1)


# %% transposed kind="misconception" also_affects=["triplet_loss"]
# The table has a row for each anchor and a column for each negative: for 2 anchors and 3 negatives it is (2, 3).
# Check the shape in the docstring.
def triplet_margins(anchors, positives, negatives):
    return ((negatives.unsqueeze(1) - anchors).square().sum(dim=-1) - (anchors - positives).square().sum(dim=-1)).T


# %% mean over all positives kind="misconception" also_affects=["triplet_loss"]
# Each anchor is compared with all positives, and the distances are averaged: with distances 1 and 9 to the two
# positives, 5 is subtracted. Positive k belongs to anchor k alone. Check which pairs you compare.
def triplet_margins(anchors, positives, negatives):
    every = (positives.unsqueeze(1) - anchors).square().sum(dim=-1)
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=-1) - every.mean(dim=0)


# %% one mean distance for all anchors kind="misconception" also_affects=["triplet_loss"]
# The mean of all distances between anchors and positives is subtracted everywhere: with distances 1 and 9, that is 5
# for both anchors. Each anchor has its own positive. Check the shape of what you subtract.
def triplet_margins(anchors, positives, negatives):
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=-1) - (anchors - positives).square().sum(dim=-1).mean()


# %% negatives compared with positives kind="misconception" also_affects=["triplet_loss"]
# The first distance is from a negative to a positive: with anchor 0, positive 1 and negative 3, it is 4 instead of 9.
# Both distances of a triplet start at the anchor. Check what each of them is measured from.
def triplet_margins(anchors, positives, negatives):
    return (negatives.unsqueeze(1) - positives).square().sum(dim=-1) - (anchors - positives).square().sum(dim=-1)


# %% roots of both distances kind="misconception" also_affects=["triplet_loss"]
# This subtracts the roots: the distances 9 and 4 give 3 - 2 = 1 instead of 5. A distance in this lab is squared.
# Check both distances.
def triplet_margins(anchors, positives, negatives):
    d_an, d_ap = (negatives.unsqueeze(1) - anchors).square().sum(dim=-1), (anchors - positives).square().sum(dim=-1)
    return d_an.sqrt() - d_ap.sqrt()


# %% positives detached kind="misconception" also_affects=["triplet_loss"]
# The values are right, but after `backward()` the positives have `grad` None, so they never move closer to their
# anchors. Check which inputs the result depends on.
def triplet_margins(anchors, positives, negatives):
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=-1) - (anchors - positives.detach()).square().sum(dim=-1)


# %% first positive for all anchors kind="misconception" also_affects=["triplet_loss"]
# Every anchor is compared with positive 0. Positive k belongs to anchor k. Check which rows you compare.
def triplet_margins(anchors, positives, negatives):
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=-1) - (anchors - positives[:1]).square().sum(dim=-1)


# %% torch.cdist with a matrix product kind="misconception" also_affects=["triplet_loss"]
# `torch.cdist` computes the distances to the negatives by a matrix product here, which loses digits in float32:
# near-duplicates far from the origin get wrong margins. Think about what is rounded before anything is subtracted.
def triplet_margins(anchors, positives, negatives):
    d_an = torch.cdist(negatives, anchors, compute_mode="use_mm_for_euclid_dist").square()
    return d_an - (anchors - positives).square().sum(dim=-1)


# %% from the fast distances kind="alternative"
def triplet_margins(anchors, positives, negatives):
    return fast_distances(anchors, negatives) - squared_l2(anchors, positives).unsqueeze(0)


# %% in one formula kind="alternative"
# d_ap (A,) is subtracted from every row of d_an (N, A) by broadcasting: the axes are lined up from the right.
def triplet_margins(anchors, positives, negatives):
    d_an = (negatives.unsqueeze(1) - anchors).square().sum(dim=-1)
    d_ap = ((anchors - positives) ** 2).sum(-1)
    return d_an.sub(d_ap)
