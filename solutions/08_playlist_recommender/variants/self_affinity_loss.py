import torch
import torch.nn.functional as F


# %% diagonal left out kind="misconception"
# The product of each track with itself is left out: for 3 tracks, the mean is over 6 entries instead of 9. Check in
# the docstring which entries count.
def self_affinity_loss(context, next_tracks, negatives):
    def pairs(x):
        return (x @ x.T)[~torch.eye(len(x), dtype=torch.bool)]

    def mean(x):
        return x.mean() if x.numel() else x.sum()

    together = mean(F.relu(0.5 - pairs(context))) + mean(F.relu(0.5 - pairs(next_tracks)))
    return together + mean(F.relu(pairs(negatives)))


# %% only the diagonal kind="misconception"
# Each track is multiplied only with itself. All pairs within a group should count: 3 tracks give 9 products. Check
# the shape of your products.
def self_affinity_loss(context, next_tracks, negatives):
    def own(x):
        return (x * x).sum(dim=-1)

    return F.relu(0.5 - own(context)).mean() + F.relu(0.5 - own(next_tracks)).mean() + F.relu(own(negatives)).mean()


# %% context compared with next tracks kind="misconception"
# The context is multiplied with the next tracks: for 3 and 2 tracks, the table is (3, 2) instead of (3, 3) and (2,
# 2). Each group should be compared with itself. Check in the docstring which products are wanted.
def self_affinity_loss(context, next_tracks, negatives):
    return F.relu(0.5 - context @ next_tracks.T).mean() + F.relu(negatives @ negatives.T).mean()


# %% absolute values instead of hinges kind="misconception"
# `abs()` makes 0.5 a target instead of a minimum: tracks that fit better are pushed apart again, and negatives below
# 0 are pulled together. Compare with the three terms in the docstring.
def self_affinity_loss(context, next_tracks, negatives):
    together = sum((0.5 - group @ group.T).abs().mean() for group in (context, next_tracks))
    return together + (negatives @ negatives.T).abs().mean()


# %% margin for the negatives too kind="misconception"
# Negatives with a product between 0 and 0.5 cost nothing here, although they should be pushed apart: a product of 0.4
# gives 0 instead of 0.4. Compare the third term with the docstring.
def self_affinity_loss(context, next_tracks, negatives):
    together = sum(F.relu(0.5 - group @ group.T).mean() for group in (context, next_tracks))
    return together + F.relu(negatives @ negatives.T - 0.5).mean()


# %% negatives pulled together kind="misconception"
# The third term has the wrong sign: two unrelated tracks with product 0.2 cost nothing, and with product -0.2 they
# cost 0.2, so they are pulled together. Compare the third term with the docstring.
def self_affinity_loss(context, next_tracks, negatives):
    together = sum(F.relu(0.5 - group @ group.T).mean() for group in (context, next_tracks))
    return together + F.relu(-(negatives @ negatives.T)).mean()


# %% sums instead of means kind="misconception"
# With sums, large groups count more: 64 negatives have 4,096 products, 5 tracks of context have 25. Check in the
# docstring how the entries are combined.
def self_affinity_loss(context, next_tracks, negatives):
    together = sum(F.relu(0.5 - group @ group.T).sum() for group in (context, next_tracks))
    return together + F.relu(negatives @ negatives.T).sum()


# %% next tracks left out kind="misconception"
# There are only two terms, for `context` and `negatives`, so nothing pulls the next tracks together. Compare with the
# docstring: which groups does it name?
def self_affinity_loss(context, next_tracks, negatives):
    return F.relu(0.5 - context @ context.T).mean() + F.relu(negatives @ negatives.T).mean()


# %% one side detached kind="misconception"
# The values are right, but the gradient is half as large as it should be, 1 instead of 2, because `detach()` takes
# out one side of each product. Look at how you form the products.
def self_affinity_loss(context, next_tracks, negatives):
    together = sum(F.relu(0.5 - group @ group.detach().T).mean() for group in (context, next_tracks))
    return together + F.relu(negatives @ negatives.detach().T).mean()


# %% hinge of the mean kind="misconception"
# The mean is taken before the hinge, so a pair that fits well makes up for one that does not: products of 1 and 0
# give 0 instead of 0.25. Check the order of the two steps.
def self_affinity_loss(context, next_tracks, negatives):
    together = sum(F.relu(0.5 - (group @ group.T).mean()) for group in (context, next_tracks))
    return together + F.relu((negatives @ negatives.T).mean())


# %% the published form, one side flipped kind="alternative"
# The published code flips one side first. That permutes the columns of the matrix of products, and a mean does not
# care about the order.
def self_affinity_loss(context, next_tracks, negatives):
    total = F.relu(0.5 - context @ context.flip(0).T).mean() + F.relu(0.5 - next_tracks @ next_tracks.flip(0).T).mean()
    return total + F.relu(negatives @ negatives.flip(0).T).mean()


# %% einsum and clamp kind="alternative"
def self_affinity_loss(context, next_tracks, negatives):
    def gram(x):
        return torch.einsum("id,jd->ij", x, x)

    near = (0.5 - gram(context)).clamp_min(0).mean() + (0.5 - gram(next_tracks)).clamp_min(0).mean()
    return near + gram(negatives).clamp_min(0).mean()
