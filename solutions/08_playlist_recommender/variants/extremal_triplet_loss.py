import torch
import torch.nn.functional as F


# %% the best positive kind="misconception"
# The best positive is above everything anyway. Compare the worst one, the minimum: then every positive is above every
# negative.
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg.max() - pos.max())


# %% the lowest negative kind="misconception"
# The lowest negative does no harm. The one that ranks highest is the one to push down: the maximum.
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg.min() - pos.min())


# %% min and max exchanged kind="misconception"
# This compares the easiest positive with the easiest negative, and is content nearly always. Take the hardest of
# each.
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg.min() - pos.max())


# %% positives and negatives swapped kind="misconception"
# This pushes positives down and pulls negatives up. The positives' side is subtracted.
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + pos.max() - neg.min())


# %% no hinge kind="misconception"
# Without relu the loss falls below 0 and pushes on when all is in order. Beyond the margin there is nothing left to
# do.
def extremal_triplet_loss(pos, neg, margin=1.0):
    return margin + neg.max() - pos.min()


# %% absolute value for the hinge kind="misconception"
# abs() pushes back as soon as the order is better than the margin. A hinge says 'at least', an absolute value says
# 'exactly'.
def extremal_triplet_loss(pos, neg, margin=1.0):
    return (margin + neg.max() - pos.min()).abs()


# %% the means kind="misconception"
# Means move every track a little. This loss looks at one positive and one negative only: min and max.
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg.mean() - pos.mean())


# %% all pairs kind="misconception"
# The mean of all pairs' hinges moves many tracks. Here the worst pair alone counts: the maximum over all pairs.
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg[:, None] - pos).mean()


# %% margin always 1 kind="misconception"
# The margin is an argument. Use its name, not the number 1.
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(1.0 + neg.max() - pos.min())


# %% out of the graph kind="misconception"
# item() and float() take numbers out of the graph, so that nothing learns from the loss. Stay with tensors.
def extremal_triplet_loss(pos, neg, margin=1.0):
    return torch.tensor(max(0.0, margin + neg.max().item() - pos.min().item()), dtype=pos.dtype)


# %% the worst of all pairs kind="alternative"
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg[:, None] - pos).max()


# %% sorted ends kind="alternative"
def extremal_triplet_loss(pos, neg, margin=1.0):
    worst, best = pos.sort().values[0], neg.sort(descending=True).values[0]
    return (best - worst + margin).clamp_min(0)
