import torch
import torch.nn.functional as F


# %% positives and negatives swapped kind="misconception"
# This loss is 0 when negatives are above positives. The positives' affinity is to be the higher one, so it is
# subtracted.
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + pos.mean() - neg.mean())


# %% no hinge kind="misconception"
# Without relu the loss goes on falling, below 0, and the vectors grow without end. Beyond the margin there is nothing
# left to do.
def mean_triplet_loss(pos, neg, margin=1.0):
    return margin + neg.mean() - pos.mean()


# %% absolute value for the hinge kind="misconception"
# abs() turns the loss round beyond the margin: it then pushes positives down again. A hinge says 'at least', an
# absolute value says 'exactly'.
def mean_triplet_loss(pos, neg, margin=1.0):
    return (margin + neg.mean() - pos.mean()).abs()


# %% mean of hinges kind="misconception"
# Here each pair has a hinge of its own, and their mean is taken. Asked is one hinge, of the difference of the means.
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg[:, None] - pos).mean()


# %% sums kind="misconception"
# Sums grow with the number of tracks, and there are more negatives than positives. Take the means.
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg.sum() - pos.sum())


# %% margin always 1 kind="misconception"
# The margin is an argument. Use its name, not the number 1.
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.relu(1.0 + neg.mean() - pos.mean())


# %% margin subtracted kind="misconception"
# With the margin subtracted the loss is 0 already when negatives are slightly above positives. Being better by the
# margin means adding it to the negatives.
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.relu(neg.mean() - pos.mean() - margin)


# %% the extremes kind="misconception"
# max and min belong to the other loss. Here all tracks count, by their means.
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg.max() - pos.min())


# %% clamp kind="alternative"
def mean_triplet_loss(pos, neg, margin=1.0):
    gap = torch.mean(pos) - torch.mean(neg)
    return (margin - gap).clamp(min=0)


# %% softly written sums kind="alternative"
def mean_triplet_loss(pos, neg, margin=1.0):
    return torch.relu(neg.sum() / neg.numel() - pos.sum() / pos.numel() + margin)


# %% margin_ranking_loss kind="alternative"
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.margin_ranking_loss(pos.mean(), neg.mean(), torch.ones_like(pos.mean()), margin=margin)
