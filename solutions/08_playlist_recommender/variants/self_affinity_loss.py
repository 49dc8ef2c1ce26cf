import torch
import torch.nn.functional as F


# %% without the diagonal kind="misconception"
# The diagonal, a track with itself, is left out here. The means are over all entries, diagonal included.
def self_affinity_loss(context, next_tracks, negatives):
    def pairs(x):
        return (x @ x.T)[~torch.eye(len(x), dtype=torch.bool)]

    def mean(x):
        return x.mean() if x.numel() else x.sum()

    together = mean(F.relu(0.5 - pairs(context))) + mean(F.relu(0.5 - pairs(next_tracks)))
    return together + mean(F.relu(pairs(negatives)))


# %% the diagonal only kind="misconception"
# Row by row products compare each track with itself only. Asked are all pairs within a group: x @ x.T.
def self_affinity_loss(context, next_tracks, negatives):
    def own(x):
        return (x * x).sum(dim=-1)

    return F.relu(0.5 - own(context)).mean() + F.relu(0.5 - own(next_tracks)).mean() + F.relu(own(negatives)).mean()


# %% context with next tracks kind="misconception"
# Each group is compared with itself: context with context, next with next. Here the two groups are compared with each
# other.
def self_affinity_loss(context, next_tracks, negatives):
    return F.relu(0.5 - context @ next_tracks.T).mean() + F.relu(negatives @ negatives.T).mean()


# %% absolute values for hinges kind="misconception"
# abs() makes 0.5 a target, not a minimum: tracks that fit better are pushed apart again. A hinge stops at 'enough'.
def self_affinity_loss(context, next_tracks, negatives):
    together = sum((0.5 - group @ group.T).abs().mean() for group in (context, next_tracks))
    return together + (negatives @ negatives.T).abs().mean()


# %% the negatives' margin is 0.5 too kind="misconception"
# Negatives should have dot products of 0 or less, not of 0.5 or less: their hinge has no 0.5.
def self_affinity_loss(context, next_tracks, negatives):
    together = sum(F.relu(0.5 - group @ group.T).mean() for group in (context, next_tracks))
    return together + F.relu(negatives @ negatives.T - 0.5).mean()


# %% negatives pulled together kind="misconception"
# The negatives' sign is that of the other groups, so that random tracks are pulled together. They should repel each
# other.
def self_affinity_loss(context, next_tracks, negatives):
    together = sum(F.relu(0.5 - group @ group.T).mean() for group in (context, next_tracks))
    return together + F.relu(-(negatives @ negatives.T)).mean()


# %% sums instead of means kind="misconception"
# With sums large groups rule: 64 negatives have 4,096 pairs, 5 tracks of context have 25. Take the mean in each
# group.
def self_affinity_loss(context, next_tracks, negatives):
    together = sum(F.relu(0.5 - group @ group.T).sum() for group in (context, next_tracks))
    return together + F.relu(negatives @ negatives.T).sum()


# %% next tracks forgotten kind="misconception"
# There are three groups: the next tracks belong together too.
def self_affinity_loss(context, next_tracks, negatives):
    return F.relu(0.5 - context @ context.T).mean() + F.relu(negatives @ negatives.T).mean()


# %% one side detached kind="misconception"
# In numbers it is right, but each track learns from half of its pairs only: the gradient is half as large as it
# should be.
def self_affinity_loss(context, next_tracks, negatives):
    together = sum(F.relu(0.5 - group @ group.detach().T).mean() for group in (context, next_tracks))
    return together + F.relu(negatives @ negatives.detach().T).mean()


# %% a hinge of the mean kind="misconception"
# The mean is taken before the hinge, so that a pair that fits well makes up for one that does not. First the hinge,
# entry by entry, then the mean.
def self_affinity_loss(context, next_tracks, negatives):
    together = sum(F.relu(0.5 - (group @ group.T).mean()) for group in (context, next_tracks))
    return together + F.relu((negatives @ negatives.T).mean())


# %% the published form, one side flipped kind="alternative"
def self_affinity_loss(context, next_tracks, negatives):
    total = F.relu(0.5 - context @ context.flip(0).T).mean() + F.relu(0.5 - next_tracks @ next_tracks.flip(0).T).mean()
    return total + F.relu(negatives @ negatives.flip(0).T).mean()


# %% einsum and clamp kind="alternative"
def self_affinity_loss(context, next_tracks, negatives):
    def gram(x):
        return torch.einsum("id,jd->ij", x, x)

    near = (0.5 - gram(context)).clamp_min(0).mean() + (0.5 - gram(next_tracks)).clamp_min(0).mean()
    return near + gram(negatives).clamp_min(0).mean()
