import torch
import torch.nn.functional as F

# The notebook defines these.
squared_l2 = ...
triplet_margins = ...


# %% hinge of the mean kind="misconception"
# The mean is taken first, and the hinge of it: one far negative pays for all that is out of order. Hinge first, mean
# last.
def triplet_loss(anchors, positives, negatives, margin):
    return F.relu(margin - triplet_margins(anchors, positives, negatives).mean())


# %% mean over all pairs kind="misconception"
# The zeros are counted too. The mean is over those hinges that are above 0.
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives))
    return hinges.mean()


# %% a mean over nothing kind="misconception"
# When no hinge is above 0, the mean is 0 / 0: NaN, and after the next step all weights are NaN.
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives))
    return hinges[hinges > 0].mean()


# %% a constant when nothing is wrong kind="misconception"
# The constant 0.0 hangs on no graph: loss.backward() ends in an error as soon as everything is in order.
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives))
    if not (hinges > 0).any():
        return torch.zeros((), dtype=anchors.dtype)
    return hinges[hinges > 0].mean()


# %% sum of the hinges kind="misconception"
# A sum grows with the number of triplets. Divide by the number of hinges above 0.
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives))
    return hinges.sum()


# %% the wrong sign kind="misconception"
# Good triplets are punished and bad ones rewarded: the margin of a triplet is subtracted from the wanted one.
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin + triplet_margins(anchors, positives, negatives))
    return hinges.sum() / (hinges > 0).sum().clamp(min=1)


# %% only the first pairs kind="misconception"
# Negative j is compared with anchor j only. Every negative counts for every anchor.
def triplet_loss(anchors, positives, negatives, margin):
    size = min(len(anchors), len(negatives))
    d_ap = (anchors[:size] - positives[:size]).square().sum(dim=-1)
    d_an = (anchors[:size] - negatives[:size]).square().sum(dim=-1)
    hinges = F.relu(margin + d_ap - d_an)
    return hinges.sum() / (hinges > 0).sum().clamp(min=1)


# %% counts the hinges that are 0 kind="misconception"
# hinges >= 0 is true for all of them, so that the zeros count too. Above 0 is >.
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives))
    return hinges.sum() / (hinges >= 0).sum()


# %% only the hardest negative of each anchor kind="misconception"
# This takes one negative for each anchor, the nearest. The loss of this lab is over all N A pairs.
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives).amin(dim=0))
    return hinges.sum() / (hinges > 0).sum().clamp(min=1)


# %% margin fixed at 1 kind="misconception"
# The margin is an argument, and here it is never used.
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(1.0 - triplet_margins(anchors, positives, negatives))
    return hinges.sum() / (hinges > 0).sum().clamp(min=1)


# %% a plain number kind="misconception"
# A Python number has no graph: item() cuts it off, and nothing can be learned.
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives))
    return (hinges.sum() / (hinges > 0).sum().clamp(min=1)).item()


# %% the negatives are detached kind="misconception"
# The numbers are right, but no gradient reaches the negatives: they would never be pushed away.
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives.detach()))
    return hinges.sum() / (hinges > 0).sum().clamp(min=1)


# %% chosen by a mask, with a graph in both cases kind="alternative"
def triplet_loss(anchors, positives, negatives, margin):
    hinges = margin - triplet_margins(anchors, positives, negatives)
    above = hinges[hinges > 0]
    return above.mean() if len(above) else 0 * hinges.sum()


# %% through torch's own loss kind="alternative"
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
