import torch
import torch.nn.functional as F

# The notebook defines these.
squared_l2 = ...
triplet_margins = ...


# %% hinge of the mean kind="misconception"
# The margins are averaged before the hinge, so one far negative makes up for triplets that are out of order: with
# margin 1, the margins 9 and -1 have the mean 4, and the loss is 0. Check the order of mean and hinge.
def triplet_loss(anchors, positives, negatives, margin):
    return F.relu(margin - triplet_margins(anchors, positives, negatives).mean())


# %% mean over all triplets kind="misconception"
# The mean includes the triplets whose hinge is 0: the hinges 2 and 0 give 1 instead of 2. Check in the docstring
# which hinges count.
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives))
    return hinges.mean()


# %% mean of no numbers kind="misconception"
# When no hinge is above 0, this is the mean of no numbers, 0 / 0, which is NaN, and after the next step all weights
# are NaN. Think about what remains when every triplet is in order.
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives))
    return hinges[hinges > 0].mean()


# %% constant without a graph kind="misconception"
# When no hinge is above 0, this returns a new tensor that does not depend on the inputs, so `backward()` raises an
# error. Check in the docstring what the gradient should be.
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives))
    if not (hinges > 0).any():
        return torch.zeros((), dtype=anchors.dtype)
    return hinges[hinges > 0].mean()


# %% sum of the hinges kind="misconception"
# The hinges are added up: 2 and 4 give 6 instead of 3, so the loss grows with the number of triplets. Check in the
# docstring how they are combined.
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives))
    return hinges.sum()


# %% wrong sign kind="misconception"
# The margin of a triplet is added to the wanted margin: with margin 1, a good triplet with margin 3 has a hinge of 4,
# and a bad one with -3 has 0. Compare with the hinge in the docstring.
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin + triplet_margins(anchors, positives, negatives))
    return hinges.sum() / (hinges > 0).sum().clamp(min=1)


# %% only matching rows kind="misconception"
# Negative k is compared with anchor k only: with 3 anchors and 3 negatives, 3 triplets take part instead of 9. Check
# in the docstring how many there are.
def triplet_loss(anchors, positives, negatives, margin):
    size = min(len(anchors), len(negatives))
    d_ap = (anchors[:size] - positives[:size]).square().sum(dim=-1)
    d_an = (anchors[:size] - negatives[:size]).square().sum(dim=-1)
    hinges = F.relu(margin + d_ap - d_an)
    return hinges.sum() / (hinges > 0).sum().clamp(min=1)


# %% zero hinges counted kind="misconception"
# `hinges >= 0` is true for every hinge, so those that are 0 count too: the hinges 2 and 0 give 1 instead of 2. Check
# in the docstring which hinges count.
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives))
    return hinges.sum() / (hinges >= 0).sum()


# %% only the nearest negative kind="misconception"
# Only the nearest negative of each anchor counts: with 3 anchors and 5 negatives, 3 triplets take part instead of 15.
# Check in the docstring how many there are.
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives).amin(dim=0))
    return hinges.sum() / (hinges > 0).sum().clamp(min=1)


# %% margin fixed at 1 kind="misconception"
# The margin is always 1, so another value of `margin` has no effect. Check where you use the argument.
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(1.0 - triplet_margins(anchors, positives, negatives))
    return hinges.sum() / (hinges > 0).sum().clamp(min=1)


# %% plain number kind="misconception"
# `item()` returns a Python number such as 0.7, which has no computation graph, so nothing can be learned from it. The
# loss should be a tensor. Look at your last step.
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives))
    return (hinges.sum() / (hinges > 0).sum().clamp(min=1)).item()


# %% negatives detached kind="misconception"
# The values are right, but `detach()` keeps the gradient away from the negatives, so they are never pushed away.
# Check which inputs the loss depends on.
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives.detach()))
    return hinges.sum() / (hinges > 0).sum().clamp(min=1)


# %% chosen by a mask, with a graph in both cases kind="alternative"
def triplet_loss(anchors, positives, negatives, margin):
    hinges = margin - triplet_margins(anchors, positives, negatives)
    above = hinges[hinges > 0]
    return above.mean() if len(above) else 0 * hinges.sum()


# %% through torch's own loss kind="alternative"
# PyTorch's triplet loss takes any distance, and with reduction="none" it returns every hinge. So you can choose what
# to average over: here only those above 0.
def triplet_loss(anchors, positives, negatives, margin):
    shape = (len(negatives), *anchors.shape)  # (N, A, D)
    hinges = F.triplet_margin_with_distance_loss(
        anchors.expand(shape),
        positives.expand(shape),
        negatives.unsqueeze(1).expand(shape),
        distance_function=squared_l2,
        margin=margin,
        reduction="none",
    )
    return hinges.sum() / max(int((hinges > 0).sum()), 1)
