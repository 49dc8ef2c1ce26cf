import torch


# %% lower bound not strict kind="misconception"
# A negative exactly as far as the positive is hard, not semi-hard: < instead of <=.
def semi_hard_mask(d_ap, d_an, margin):
    return (d_ap <= d_an) & (d_an < d_ap + margin)


# %% upper bound not strict kind="misconception"
# A negative exactly at the margin costs nothing: it is easy, not semi-hard. < instead of <=.
def semi_hard_mask(d_ap, d_an, margin):
    return (d_ap < d_an) & (d_an <= d_ap + margin)


# %% hard ones too kind="misconception"
# Negatives nearer than the positive are let in: these are the hard ones. There are two bounds.
def semi_hard_mask(d_ap, d_an, margin):
    return d_an < d_ap + margin


# %% no upper bound kind="misconception"
# Negatives far away are let in: these are the easy ones, with nothing to teach. There are two bounds.
def semi_hard_mask(d_ap, d_an, margin):
    return d_an > d_ap


# %% the other axis kind="misconception"
# d_ap is stood up as a column, so that it is compared along the rows. Column k of the table belongs to anchor k.
def semi_hard_mask(d_ap, d_an, margin):
    d_ap = d_ap.unsqueeze(1)
    return (d_ap < d_an) & (d_an < d_ap + margin)


# %% 0 and 1 instead of bool kind="misconception"
# The numbers 0 and 1 are no mask: indexing with them picks rows 0 and 1. Keep the bool.
def semi_hard_mask(d_ap, d_an, margin):
    return ((d_ap < d_an) & (d_an < d_ap + margin)).long()


# %% or instead of and kind="misconception"
# | lets in what keeps one of the two bounds, which is nearly everything. Both must hold.
def semi_hard_mask(d_ap, d_an, margin):
    return (d_ap < d_an) | (d_an < d_ap + margin)


# %% the margin on the wrong side kind="misconception"
# These negatives are nearer than the positive, by less than the margin: hard ones. The margin is added to d_ap, not
# subtracted.
def semi_hard_mask(d_ap, d_an, margin):
    return (d_ap - margin < d_an) & (d_an < d_ap)


# %% one bound for all anchors kind="misconception"
# The mean distance to the positives is used for all. Each anchor has its own.
def semi_hard_mask(d_ap, d_an, margin):
    d_ap = d_ap.mean()
    return (d_ap < d_an) & (d_an < d_ap + margin)


# %% with torch functions kind="alternative"
def semi_hard_mask(d_ap, d_an, margin):
    return torch.logical_and(torch.gt(d_an, d_ap), torch.lt(d_an, d_ap + margin))


# %% as a product of two masks kind="alternative"
def semi_hard_mask(d_ap, d_an, margin):
    return (d_an > d_ap[None, :]) * (d_ap[None, :] + margin > d_an)
