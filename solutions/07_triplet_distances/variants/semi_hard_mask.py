import torch


# %% lower bound included kind="misconception"
# A negative exactly as far away as the positive is let in: with both at 2, the result is True, although this one is
# hard, not semi-hard. Check the comparison at the lower bound.
def semi_hard_mask(d_ap, d_an, margin):
    return (d_ap <= d_an) & (d_an < d_ap + margin)


# %% upper bound included kind="misconception"
# A negative exactly at the upper bound is let in, although it is easy, not semi-hard: its hinge is 0. Check the
# comparison at this bound.
def semi_hard_mask(d_ap, d_an, margin):
    return (d_ap < d_an) & (d_an <= d_ap + margin)


# %% hard negatives included kind="misconception"
# Negatives nearer than the positive are let in, but these are hard: with a positive at 2 and margin 1, a negative at
# 0.5 gives True. Compare with the two bounds in the docstring.
def semi_hard_mask(d_ap, d_an, margin):
    return d_an < d_ap + margin


# %% easy negatives included kind="misconception"
# Negatives far beyond the positive are let in, but these are easy and teach nothing: with a positive at 2 and margin
# 1, a negative at 9 gives True. Compare with the two bounds in the docstring.
def semi_hard_mask(d_ap, d_an, margin):
    return d_an > d_ap


# %% positives along the rows kind="misconception"
# The distances to the positives are lined up with the rows: with 2 anchors, row 1 is compared with positive 1. Each
# column of the table belongs to an anchor and its positive. Check how the two shapes broadcast.
def semi_hard_mask(d_ap, d_an, margin):
    d_ap = d_ap.unsqueeze(1)
    return (d_ap < d_an) & (d_an < d_ap + margin)


# %% integers instead of bool kind="misconception"
# The result contains the integers 0 and 1. As an index, these pick the rows 0 and 1 instead of selecting by a mask.
# Check in the docstring which dtype is wanted.
def semi_hard_mask(d_ap, d_an, margin):
    return ((d_ap < d_an) & (d_an < d_ap + margin)).long()


# %% or instead of and kind="misconception"
# This lets in a negative that satisfies only one of the two bounds: with a positive at 2 and margin 1, a negative at
# 9 gives True, and so does one at 0. Check how you combine the two comparisons.
def semi_hard_mask(d_ap, d_an, margin):
    return (d_ap < d_an) | (d_an < d_ap + margin)


# %% margin on the wrong side kind="misconception"
# This lets in negatives that are nearer than the positive by less than the margin: with a positive at 2 and margin 1,
# a negative at 1.5 gives True. These are hard. Check on which side of the positive the margin should be.
def semi_hard_mask(d_ap, d_an, margin):
    return (d_ap - margin < d_an) & (d_an < d_ap)


# %% one bound for all anchors kind="misconception"
# The mean distance to the positives is the bound for all anchors: with positives at 1 and 9, both get 5. Each anchor
# has its own positive, at its own distance. Look at what you do to `d_ap`.
def semi_hard_mask(d_ap, d_an, margin):
    d_ap = d_ap.mean()
    return (d_ap < d_an) & (d_an < d_ap + margin)


# %% with torch functions kind="alternative"
def semi_hard_mask(d_ap, d_an, margin):
    return torch.logical_and(torch.gt(d_an, d_ap), torch.lt(d_an, d_ap + margin))


# %% as a product of two masks kind="alternative"
# The product of two masks is True where both are, as with `&`. It needs brackets in the same places: comparisons bind
# less tightly than arithmetic.
def semi_hard_mask(d_ap, d_an, margin):
    return (d_an > d_ap[None, :]) * (d_ap[None, :] + margin > d_an)
