import torch

# The notebook defines these.
squared_l2 = ...


# %% published recipe kind="misconception" also_affects=["triplet_margins", "triplet_loss"]
# On both sides, each feature is repeated in place and the result is cut into new rows, as in the published recipe:
# two copies of (1, 2) become (1, 1) and (2, 2). So the distances are those of other vectors. Check which axis is
# repeated.
def anchor_negative_distances(anchors, negatives):
    num_anchors, num_negatives, dim = len(anchors), len(negatives), anchors.shape[1]
    repeated_anchors = anchors.repeat_interleave(num_negatives, dim=-1).reshape(num_anchors, num_negatives, dim)
    repeated_negatives = negatives.repeat_interleave(num_anchors, dim=-1).reshape(num_negatives, num_anchors, dim)
    return (repeated_negatives - repeated_anchors.transpose(0, 1)).square().sum(dim=-1)


# %% anchors still scrambled kind="misconception" also_affects=["triplet_margins", "triplet_loss"]
# The negatives stay whole, but the features of each anchor are repeated in place and cut into new rows: two copies of
# (1, 2) become (1, 1) and (2, 2). Compare what happens to the two sides.
def anchor_negative_distances(anchors, negatives):
    repeated = anchors.repeat_interleave(len(negatives), dim=-1).reshape(len(anchors), len(negatives), -1)
    return (negatives - repeated).square().sum(dim=-1).T


# %% negatives still scrambled kind="misconception" also_affects=["triplet_margins", "triplet_loss"]
# The anchors stay whole, but the features of each negative are repeated in place and cut into new rows: two copies of
# (1, 2) become (1, 1) and (2, 2). Compare what happens to the two sides.
def anchor_negative_distances(anchors, negatives):
    repeated = negatives.repeat_interleave(len(anchors), dim=-1).reshape(len(negatives), len(anchors), -1)
    return (repeated - anchors).square().sum(dim=-1)


# %% transposed kind="misconception" also_affects=["triplet_margins", "triplet_loss"]
# The table has a row for each anchor and a column for each negative: for 2 anchors and 3 negatives it is (2, 3).
# Check the shape in the docstring.
def anchor_negative_distances(anchors, negatives):
    return (anchors.unsqueeze(1) - negatives).square().sum(dim=-1)


# %% reshaped instead of transposed kind="misconception" also_affects=["triplet_margins", "triplet_loss"]
# The table has a row for each anchor and is then reshaped to (N, A). `reshape` keeps the numbers in their order in
# memory, so most of them end up in the wrong place: with the rows (1, 2, 3) and (4, 5, 6), 4 lands beside 3. Check
# what happens to each axis.
def anchor_negative_distances(anchors, negatives):
    table = (anchors.unsqueeze(1) - negatives).square().sum(dim=-1)
    return table.reshape(len(negatives), len(anchors))


# %% root taken kind="misconception" also_affects=["triplet_margins", "triplet_loss"]
# This takes the square root, so a distance of 25 becomes 5. The distance in this lab has no root. Look at your last
# step.
def anchor_negative_distances(anchors, negatives):
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=-1).sqrt()


# %% tiled rows in the wrong order kind="misconception" also_affects=["triplet_margins", "triplet_loss"]
# The rows stay whole but end up in the wrong places: anchors a and b, repeated for three negatives, are a, b, a, b,
# a, b, and two rows of three are a, b, a and b, a, b. Check what each axis counts after `reshape`.
def anchor_negative_distances(anchors, negatives):
    repeated = anchors.repeat(len(negatives), 1).reshape(len(anchors), len(negatives), -1)
    return (negatives - repeated).square().sum(dim=-1).T


# %% sum over the wrong axis kind="misconception" also_affects=["triplet_margins", "triplet_loss"]
# The sum runs over the anchors, so the features remain as columns: for 2 anchors with 4 features, there are 4 columns
# instead of 2. Check which axis holds the features.
def anchor_negative_distances(anchors, negatives):
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=1)


# %% result squeezed kind="misconception" also_affects=["triplet_margins", "triplet_loss"]
# `squeeze()` removes every axis of size one, so the table of a single anchor or a single negative loses an axis. The
# result always has two axes. Look at your last step.
def anchor_negative_distances(anchors, negatives):
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=-1).squeeze()


# %% torch.cdist with its defaults kind="misconception" also_affects=["triplet_margins", "triplet_loss"] hidden_because="torch.cdist loses digits only above 25 rows; a visible table of that size would point at it"
# With more than 25 rows on one side, `torch.cdist` expands the square and uses a matrix product, which loses digits
# in float32. Near-duplicates far from the origin get wrong distances. Think about what is rounded before anything is
# subtracted.
def anchor_negative_distances(anchors, negatives):
    return torch.cdist(negatives, anchors).square()


# %% mean over the features kind="misconception" also_affects=["triplet_margins", "triplet_loss"]
# The mean divides by the number of features, so a distance of 25 between two rows of two features becomes 12.5.
# Compare with the formula of the distance.
def anchor_negative_distances(anchors, negatives):
    return (negatives.unsqueeze(1) - anchors).square().mean(dim=-1)


# %% the recipe, repaired: whole rows are repeated kind="alternative"
# Two changes repair the published recipe: repeat whole rows, not single numbers, and along the first axis.
# Broadcasting does the same without copying anything.
def anchor_negative_distances(anchors, negatives):
    shape = (len(negatives), len(anchors), anchors.shape[1])  # (N, A, D)
    repeated_anchors = anchors.repeat(shape[0], 1).reshape(shape)
    repeated_negatives = negatives.repeat_interleave(shape[1], dim=0).reshape(shape)
    return ((repeated_negatives - repeated_anchors) ** 2).sum(dim=-1)


# %% a sum over the features, one table for each kind="alternative"
def anchor_negative_distances(anchors, negatives):
    return sum((negatives[:, None, feature] - anchors[:, feature]) ** 2 for feature in range(anchors.shape[1]))


# %% repeat_interleave along the first axis kind="alternative"
def anchor_negative_distances(anchors, negatives):
    pairs = negatives.repeat_interleave(len(anchors), dim=0) - anchors.repeat(len(negatives), 1)  # (N A, D)
    return (pairs * pairs).sum(dim=1).reshape(len(negatives), len(anchors))


# %% transposed at the end kind="alternative"
def anchor_negative_distances(anchors, negatives):
    return squared_l2(anchors[:, None], negatives[None]).T
