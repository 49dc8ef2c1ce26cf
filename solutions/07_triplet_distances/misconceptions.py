"""Wrong answers to lab 07 that students give, and what they read when their answer behaves like one of them."""

from course_grader.audit.variants import Misconception

SQUARED_L2 = [
    Misconception(
        "squared_l2",
        "takes the root",
        "This is the length that a ruler measures. The distance of this lab is its square: leave the root away.",
        """
# Exercise: squared_l2
def squared_l2(x1, x2):
    return (x1 - x2).square().sum(dim=-1).sqrt()
""",
        also_affects=("anchor_negative_distances", "triplet_margins", "triplet_loss"),
    ),
    Misconception(
        "squared_l2",
        "sums over everything",
        "sum() without an axis adds up all vectors to one number. Only the last axis holds features: name it.",
        """
# Exercise: squared_l2
def squared_l2(x1, x2):
    return (x1 - x2).square().sum()
""",
        also_affects=("anchor_negative_distances", "triplet_margins", "triplet_loss"),
    ),
    Misconception(
        "squared_l2",
        "mean instead of sum",
        "A mean divides by the number of features. Right for a mean squared error, wrong for a distance.",
        """
# Exercise: squared_l2
def squared_l2(x1, x2):
    return (x1 - x2).square().mean(dim=-1)
""",
        also_affects=("anchor_negative_distances", "triplet_margins", "triplet_loss"),
    ),
    Misconception(
        "squared_l2",
        "sums over the first axis",
        "The features stand in the last axis. Summing over the first one mixes different vectors.",
        """
# Exercise: squared_l2
def squared_l2(x1, x2):
    return (x1 - x2).square().sum(dim=0)
""",
        also_affects=("anchor_negative_distances", "triplet_margins", "triplet_loss"),
    ),
    Misconception(
        "squared_l2",
        "absolute differences",
        "Absolute differences give the L1 distance. Here each difference is squared.",
        """
# Exercise: squared_l2
def squared_l2(x1, x2):
    return (x1 - x2).abs().sum(dim=-1)
""",
        also_affects=("anchor_negative_distances", "triplet_margins", "triplet_loss"),
    ),
    Misconception(
        "squared_l2",
        "sums before it squares",
        "The sum of the differences is squared, so that +1 and -1 cancel. Square each difference first, then add up.",
        """
# Exercise: squared_l2
def squared_l2(x1, x2):
    return (x1 - x2).sum(dim=-1).square()
""",
        also_affects=("anchor_negative_distances", "triplet_margins", "triplet_loss"),
    ),
    Misconception(
        "squared_l2",
        "difference of the lengths",
        "The difference of the squared lengths is 0 for any two vectors of equal length. Subtract the "
        "vectors, not their lengths.",
        """
# Exercise: squared_l2
def squared_l2(x1, x2):
    return x1.square().sum(dim=-1) - x2.square().sum(dim=-1)
""",
        also_affects=("anchor_negative_distances", "triplet_margins", "triplet_loss"),
    ),
    Misconception(
        "squared_l2",
        "a root that is squared again",
        "In numbers it is right, but the slope of the root at 0 is infinite: for equal vectors the gradient "
        "is NaN. Do not take the root at all.",
        """
# Exercise: squared_l2
def squared_l2(x1, x2):
    return (x1 - x2).square().sum(dim=-1).sqrt() ** 2
""",
        also_affects=("anchor_negative_distances", "triplet_margins", "triplet_loss"),
    ),
    Misconception(
        "squared_l2",
        "pairwise_distance and its epsilon",
        "F.pairwise_distance adds 1e-6 to every difference, so that distances are never quite right, least of"
        " all small ones.",
        """
# Exercise: squared_l2
def squared_l2(x1, x2):
    return F.pairwise_distance(x1, x2).square()
""",
        also_affects=("anchor_negative_distances", "triplet_margins", "triplet_loss"),
    ),
]

COUNTEREXAMPLE = [
    Misconception(
        "counterexample",
        "the published example",
        "This is the example that the recipe comes with, and on which it is right. What do all of its rows "
        "have in common?",
        """
# Exercise: counterexample
def counterexample():
    anchors, negatives = torch.zeros(5, 2), torch.zeros(7, 2)
    anchors[0], negatives[1] = 1, 1
    return anchors, negatives
""",
    ),
    Misconception(
        "counterexample",
        "other constant rows",
        "The rows differ from each other, but within each row all features are equal. Scrambling equal "
        "numbers changes nothing.",
        """
# Exercise: counterexample
def counterexample():
    return torch.arange(4.0)[:, None].expand(4, 3), torch.arange(5.0)[:, None].expand(5, 3)
""",
    ),
    Misconception(
        "counterexample",
        "only one pair",
        "With one anchor and one negative, each feature is repeated once, so nothing is scrambled. Add a row to "
        "either side.",
        """
# Exercise: counterexample
def counterexample():
    return torch.tensor([[1.0, 2.0]]), torch.tensor([[5.0, 7.0]])
""",
    ),
    Misconception(
        "counterexample",
        "only one feature",
        "One feature cannot be in the wrong place. Take at least two, and unequal ones.",
        """
# Exercise: counterexample
def counterexample():
    return torch.tensor([[1.0], [2.0]]), torch.tensor([[5.0], [7.0], [0.0]])
""",
    ),
    Misconception(
        "counterexample",
        "integers",
        "Whole numbers written without a point make integer tensors. Write 1.0 instead of 1.",
        """
# Exercise: counterexample
def counterexample():
    return torch.tensor([[0, 1]]), torch.tensor([[0, 0], [0, 0]])
""",
    ),
    Misconception(
        "counterexample",
        "infinite numbers",
        "Infinity minus infinity is NaN on both ways. The recipe should be wrong on ordinary numbers.",
        """
# Exercise: counterexample
def counterexample():
    return torch.tensor([[0.0, float("inf")]]), torch.zeros(2, 2)
""",
    ),
    Misconception(
        "counterexample",
        "too small a difference",
        "The recipe is wrong here, but by less than 0.001, which could pass for rounding. Take larger numbers.",
        """
# Exercise: counterexample
def counterexample():
    return torch.tensor([[0.0, 0.01]]), torch.zeros(2, 2)
""",
    ),
    Misconception(
        "counterexample",
        "vectors instead of tables",
        "Anchors and negatives are tables with two axes, a row for each vector, even if there is only one row.",
        """
# Exercise: counterexample
def counterexample():
    return torch.tensor([0.0, 1.0]), torch.tensor([0.0, 0.0])
""",
    ),
    Misconception(
        "counterexample",
        "rounding of huge numbers",
        "On these rows the recipe is right; what differs is the rounding of float32. In double precision "
        "nothing is left of it.",
        """
# Exercise: counterexample
def counterexample():
    return torch.full((2, 3), 12345.678), torch.full((2, 3), 0.1)
""",
    ),
    Misconception(
        "counterexample",
        "unequal widths",
        "Anchors and negatives must have equally many features, or there is no distance between them.",
        """
# Exercise: counterexample
def counterexample():
    return torch.tensor([[0.0, 1.0, 2.0]]), torch.zeros(2, 2)
""",
    ),
]

ANCHOR_NEGATIVE_DISTANCES = [
    Misconception(
        "anchor_negative_distances",
        "the published recipe",
        "On both sides this repeats each feature in place and cuts the result into new rows, so the features are "
        "scrambled: anchor (1, 2) becomes (1, 1), (2, 2). Repeat whole rows instead.",
        """
# Exercise: anchor_negative_distances
def anchor_negative_distances(anchors, negatives):
    num_anchors, num_negatives, dim = len(anchors), len(negatives), anchors.shape[1]
    repeated_anchors = anchors.repeat_interleave(num_negatives, dim=-1).reshape(num_anchors, num_negatives, dim)
    repeated_negatives = negatives.repeat_interleave(num_anchors, dim=-1).reshape(num_negatives, num_anchors, dim)
    return (repeated_negatives - repeated_anchors.transpose(0, 1)).square().sum(dim=-1)
""",
        also_affects=("triplet_margins", "triplet_loss"),
    ),
    Misconception(
        "anchor_negative_distances",
        "the recipe with only the negatives repaired",
        "The negatives stay whole, but the features of each anchor are repeated in place and cut into new rows: "
        "anchor (1, 2) becomes (1, 1), (2, 2). Repair this side too.",
        """
# Exercise: anchor_negative_distances
def anchor_negative_distances(anchors, negatives):
    repeated = anchors.repeat_interleave(len(negatives), dim=-1).reshape(len(anchors), len(negatives), -1)
    return (negatives - repeated).square().sum(dim=-1).T
""",
        also_affects=("triplet_margins", "triplet_loss"),
    ),
    Misconception(
        "anchor_negative_distances",
        "the recipe with only the anchors repaired",
        "The anchors stay whole, but the features of each negative are repeated in place and cut into new rows: "
        "negative (1, 2) becomes (1, 1), (2, 2). Repair this side too.",
        """
# Exercise: anchor_negative_distances
def anchor_negative_distances(anchors, negatives):
    repeated = negatives.repeat_interleave(len(anchors), dim=-1).reshape(len(negatives), len(anchors), -1)
    return (repeated - anchors).square().sum(dim=-1)
""",
        also_affects=("triplet_margins", "triplet_loss"),
    ),
    Misconception(
        "anchor_negative_distances",
        "transposed",
        "There is a row for each anchor here. Wanted is a row for each negative and a column for each anchor.",
        """
# Exercise: anchor_negative_distances
def anchor_negative_distances(anchors, negatives):
    return (anchors.unsqueeze(1) - negatives).square().sum(dim=-1)
""",
        also_affects=("triplet_margins", "triplet_loss"),
    ),
    Misconception(
        "anchor_negative_distances",
        "reshaped instead of transposed",
        "The table has a row for each anchor and is then cut into the wanted shape. reshape does not exchange"
        " axes; transpose does.",
        """
# Exercise: anchor_negative_distances
def anchor_negative_distances(anchors, negatives):
    table = (anchors.unsqueeze(1) - negatives).square().sum(dim=-1)
    return table.reshape(len(negatives), len(anchors))
""",
        also_affects=("triplet_margins", "triplet_loss"),
    ),
    Misconception(
        "anchor_negative_distances",
        "takes the root",
        "This is the length that a ruler measures. The distance of this lab is its square: leave the root away.",
        """
# Exercise: anchor_negative_distances
def anchor_negative_distances(anchors, negatives):
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=-1).sqrt()
""",
        also_affects=("triplet_margins", "triplet_loss"),
    ),
    Misconception(
        "anchor_negative_distances",
        "tiled and cut in the wrong order",
        "The rows are repeated whole, but reshape then reads them in another order than you think: axis 0 "
        "should count the negatives.",
        """
# Exercise: anchor_negative_distances
def anchor_negative_distances(anchors, negatives):
    repeated = anchors.repeat(len(negatives), 1).reshape(len(anchors), len(negatives), -1)
    return (negatives - repeated).square().sum(dim=-1).T
""",
        also_affects=("triplet_margins", "triplet_loss"),
    ),
    Misconception(
        "anchor_negative_distances",
        "sums over the wrong axis",
        "The sum runs over the anchors, not over the features: the features stand in the last axis.",
        """
# Exercise: anchor_negative_distances
def anchor_negative_distances(anchors, negatives):
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=1)
""",
        also_affects=("triplet_margins", "triplet_loss"),
    ),
    Misconception(
        "anchor_negative_distances",
        "squeezes the result",
        "squeeze() takes every axis of size one, so that one anchor or one negative loses its axis. Nothing "
        "needs to be squeezed.",
        """
# Exercise: anchor_negative_distances
def anchor_negative_distances(anchors, negatives):
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=-1).squeeze()
""",
        also_affects=("triplet_margins", "triplet_loss"),
    ),
    Misconception(
        "anchor_negative_distances",
        "torch.cdist by default",
        "From 26 rows on torch.cdist multiplies the square out, in float32. Near-duplicates far from the "
        "origin lose all their digits.",
        """
# Exercise: anchor_negative_distances
def anchor_negative_distances(anchors, negatives):
    return torch.cdist(negatives, anchors).square()
""",
        also_affects=("triplet_margins", "triplet_loss"),
    ),
    Misconception(
        "anchor_negative_distances",
        "mean over the features",
        "A mean divides by the number of features. A distance adds up.",
        """
# Exercise: anchor_negative_distances
def anchor_negative_distances(anchors, negatives):
    return (negatives.unsqueeze(1) - anchors).square().mean(dim=-1)
""",
        also_affects=("triplet_margins", "triplet_loss"),
    ),
]

FAST_DISTANCES = [
    Misconception(
        "fast_distances",
        "the formula in float32",
        "The formula is right, but float32 has seven digits. Far from the origin the large squares nearly "
        "cancel, and their rounding errors are all that is left.",
        """
# Exercise: fast_distances
def fast_distances(anchors, negatives):
    lengths = negatives.square().sum(dim=1, keepdim=True) + anchors.square().sum(dim=1)
    return (lengths - 2 * negatives @ anchors.T).clamp(min=0)
""",
    ),
    Misconception(
        "fast_distances",
        "one centre subtracted, in float32",
        "Subtracting the mean helps around one centre. With several centres it lies between them, and the "
        "rows are as long as before.",
        """
# Exercise: fast_distances
def fast_distances(anchors, negatives):
    centre = anchors.mean(dim=0)
    y, x = anchors - centre, negatives - centre
    return (x.square().sum(dim=1, keepdim=True) + y.square().sum(dim=1) - 2 * x @ y.T).clamp(min=0)
""",
    ),
    Misconception(
        "fast_distances",
        "torch.cdist by default",
        "From 26 rows on torch.cdist uses the formula in float32, with all its errors.",
        """
# Exercise: fast_distances
def fast_distances(anchors, negatives):
    return torch.cdist(negatives, anchors).square()
""",
    ),
    Misconception(
        "fast_distances",
        "not clamped",
        "A last rounding error may lie below 0. A distance never does: clamp it.",
        """
# Exercise: fast_distances
def fast_distances(anchors, negatives):
    y, x = anchors.double(), negatives.double()
    lengths = x.square().sum(dim=1, keepdim=True) + y.square().sum(dim=1)
    return (lengths - 2 * x @ y.T).to(anchors.dtype)
""",
    ),
    Misconception(
        "fast_distances",
        "stays in float64",
        "The result has the dtype of the inputs. Convert it back.",
        """
# Exercise: fast_distances
def fast_distances(anchors, negatives):
    y, x = anchors.double(), negatives.double()
    lengths = x.square().sum(dim=1, keepdim=True) + y.square().sum(dim=1)
    return (lengths - 2 * x @ y.T).clamp(min=0)
""",
    ),
    Misconception(
        "fast_distances",
        "broadcasting",
        "Right, but the block of all differences is there again: N A D numbers. One matrix product needs N A.",
        """
# Exercise: fast_distances
def fast_distances(anchors, negatives):
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=-1)
""",
    ),
    Misconception(
        "fast_distances",
        "a loop over the rows",
        "Right, and it saves the memory, but a loop in Python starts one small product after the other. One "
        "product does them all.",
        """
# Exercise: fast_distances
def fast_distances(anchors, negatives):
    y, x = anchors.double(), negatives.double()
    lengths = y.square().sum(dim=1)
    rows = [row @ row + lengths - 2 * y @ row for row in x]
    return torch.stack(rows).clamp(min=0).to(anchors.dtype)
""",
    ),
    Misconception(
        "fast_distances",
        "a loop over the features",
        "Right, with little memory, but there is no matrix product in it, and it walks through the whole "
        "table once for every feature.",
        """
# Exercise: fast_distances
def fast_distances(anchors, negatives):
    total = torch.zeros(len(negatives), len(anchors), dtype=anchors.dtype)
    for feature in range(anchors.shape[1]):
        total = total + (negatives[:, feature, None] - anchors[:, feature]).square()
    return total
""",
    ),
    Misconception(
        "fast_distances",
        "transposed",
        "There is a row for each anchor here. Wanted is a row for each negative.",
        """
# Exercise: fast_distances
def fast_distances(anchors, negatives):
    y, x = anchors.double(), negatives.double()
    lengths = y.square().sum(dim=1, keepdim=True) + x.square().sum(dim=1)
    return (lengths - 2 * y @ x.T).clamp(min=0).to(anchors.dtype)
""",
    ),
    Misconception(
        "fast_distances",
        "only the product in float64",
        "The product is in float64, the squared lengths are summed in float32: their rounding errors are "
        "enough to spoil everything.",
        """
# Exercise: fast_distances
def fast_distances(anchors, negatives):
    lengths = (negatives.square().sum(dim=1, keepdim=True) + anchors.square().sum(dim=1)).double()
    return (lengths - 2 * negatives.double() @ anchors.double().T).clamp(min=0).to(anchors.dtype)
""",
    ),
    Misconception(
        "fast_distances",
        "converted after the product",
        "What float32 has rounded away does not come back by converting the result. Convert the inputs.",
        """
# Exercise: fast_distances
def fast_distances(anchors, negatives):
    lengths = negatives.square().sum(dim=1, keepdim=True) + anchors.square().sum(dim=1)
    return (lengths.double() - 2 * (negatives @ anchors.T).double()).clamp(min=0).to(anchors.dtype)
""",
    ),
    Misconception(
        "fast_distances",
        "forgets the two",
        "The product stands twice in the square multiplied out: x² + y² - 2xy.",
        """
# Exercise: fast_distances
def fast_distances(anchors, negatives):
    y, x = anchors.double(), negatives.double()
    lengths = x.square().sum(dim=1, keepdim=True) + y.square().sum(dim=1)
    return (lengths - x @ y.T).clamp(min=0).to(anchors.dtype)
""",
    ),
    Misconception(
        "fast_distances",
        "always float32 in the end",
        "float64 inputs come back as float32 here: the result should have the dtype of the inputs, whatever it is.",
        """
# Exercise: fast_distances
def fast_distances(anchors, negatives):
    y, x = anchors.double(), negatives.double()
    lengths = x.square().sum(dim=1, keepdim=True) + y.square().sum(dim=1)
    return (lengths - 2 * x @ y.T).clamp(min=0).float()
""",
    ),
    Misconception(
        "fast_distances",
        "made positive by abs",
        "abs() makes a rounding error positive, but it also cuts nothing off when the formula runs in "
        "float32: the distances are as wrong as before.",
        """
# Exercise: fast_distances
def fast_distances(anchors, negatives):
    lengths = negatives.square().sum(dim=1, keepdim=True) + anchors.square().sum(dim=1)
    return (lengths - 2 * negatives @ anchors.T).abs()
""",
    ),
]

TRIPLET_MARGINS = [
    Misconception(
        "triplet_margins",
        "the wrong sign",
        "The margin is the distance to the negative minus that to the positive. Here it is the other way "
        "round, so that good triplets look bad.",
        """
# Exercise: triplet_margins
def triplet_margins(anchors, positives, negatives):
    return (anchors - positives).square().sum(dim=-1) - (negatives.unsqueeze(1) - anchors).square().sum(dim=-1)
""",
        also_affects=("triplet_loss",),
    ),
    Misconception(
        "triplet_margins",
        "transposed",
        "There is a row for each anchor here. Wanted is a row for each negative and a column for each anchor.",
        """
# Exercise: triplet_margins
def triplet_margins(anchors, positives, negatives):
    return ((negatives.unsqueeze(1) - anchors).square().sum(dim=-1) - (anchors - positives).square().sum(dim=-1)).T
""",
        also_affects=("triplet_loss",),
    ),
    Misconception(
        "triplet_margins",
        "every anchor with every positive",
        "Positive k belongs to anchor k alone. Here the distances to all positives are averaged.",
        """
# Exercise: triplet_margins
def triplet_margins(anchors, positives, negatives):
    every = (positives.unsqueeze(1) - anchors).square().sum(dim=-1)
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=-1) - every.mean(dim=0)
""",
        also_affects=("triplet_loss",),
    ),
    Misconception(
        "triplet_margins",
        "the mean distance to the positives",
        "One mean is subtracted everywhere. Each anchor has its own positive, and its own distance to it.",
        """
# Exercise: triplet_margins
def triplet_margins(anchors, positives, negatives):
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=-1) - (anchors - positives).square().sum(dim=-1).mean()
""",
        also_affects=("triplet_loss",),
    ),
    Misconception(
        "triplet_margins",
        "negative against positive",
        "The negatives are compared with the positives. Both distances start at the anchor.",
        """
# Exercise: triplet_margins
def triplet_margins(anchors, positives, negatives):
    return (negatives.unsqueeze(1) - positives).square().sum(dim=-1) - (anchors - positives).square().sum(dim=-1)
""",
        also_affects=("triplet_loss",),
    ),
    Misconception(
        "triplet_margins",
        "roots of both distances",
        "The difference of two roots is another number than the difference of the squares. A distance is "
        "squared L2 throughout.",
        """
# Exercise: triplet_margins
def triplet_margins(anchors, positives, negatives):
    d_an, d_ap = (negatives.unsqueeze(1) - anchors).square().sum(dim=-1), (anchors - positives).square().sum(dim=-1)
    return d_an.sqrt() - d_ap.sqrt()
""",
        also_affects=("triplet_loss",),
    ),
    Misconception(
        "triplet_margins",
        "the positives are detached",
        "The numbers are right, but no gradient reaches the positives: they would never learn to come closer.",
        """
# Exercise: triplet_margins
def triplet_margins(anchors, positives, negatives):
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=-1) - (anchors - positives.detach()).square().sum(dim=-1)
""",
        also_affects=("triplet_loss",),
    ),
    Misconception(
        "triplet_margins",
        "the first positive for all",
        "Only the first positive is used, for every anchor. Compare row by row.",
        """
# Exercise: triplet_margins
def triplet_margins(anchors, positives, negatives):
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=-1) - (anchors - positives[:1]).square().sum(dim=-1)
""",
        also_affects=("triplet_loss",),
    ),
    Misconception(
        "triplet_margins",
        "distances by torch.cdist, far from the origin",
        "torch.cdist multiplies out in float32 from 26 rows on. Here it is told to always do so: near-"
        "duplicates far from the origin lose their digits.",
        """
# Exercise: triplet_margins
def triplet_margins(anchors, positives, negatives):
    d_an = torch.cdist(negatives, anchors, compute_mode="use_mm_for_euclid_dist").square()
    return d_an - (anchors - positives).square().sum(dim=-1)
""",
        also_affects=("triplet_loss",),
    ),
]

SEMI_HARD_MASK = [
    Misconception(
        "semi_hard_mask",
        "lower bound not strict",
        "A negative exactly as far as the positive is hard, not semi-hard: < instead of <=.",
        """
# Exercise: semi_hard_mask
def semi_hard_mask(d_ap, d_an, margin):
    return (d_ap <= d_an) & (d_an < d_ap + margin)
""",
    ),
    Misconception(
        "semi_hard_mask",
        "upper bound not strict",
        "A negative exactly at the margin costs nothing: it is easy, not semi-hard. < instead of <=.",
        """
# Exercise: semi_hard_mask
def semi_hard_mask(d_ap, d_an, margin):
    return (d_ap < d_an) & (d_an <= d_ap + margin)
""",
    ),
    Misconception(
        "semi_hard_mask",
        "hard ones too",
        "Negatives nearer than the positive are let in: these are the hard ones. There are two bounds.",
        """
# Exercise: semi_hard_mask
def semi_hard_mask(d_ap, d_an, margin):
    return d_an < d_ap + margin
""",
    ),
    Misconception(
        "semi_hard_mask",
        "no upper bound",
        "Negatives far away are let in: these are the easy ones, with nothing to teach. There are two bounds.",
        """
# Exercise: semi_hard_mask
def semi_hard_mask(d_ap, d_an, margin):
    return d_an > d_ap
""",
    ),
    Misconception(
        "semi_hard_mask",
        "the other axis",
        "d_ap is stood up as a column, so that it is compared along the rows. Column k of the table belongs "
        "to anchor k.",
        """
# Exercise: semi_hard_mask
def semi_hard_mask(d_ap, d_an, margin):
    d_ap = d_ap.unsqueeze(1)
    return (d_ap < d_an) & (d_an < d_ap + margin)
""",
    ),
    Misconception(
        "semi_hard_mask",
        "0 and 1 instead of bool",
        "The numbers 0 and 1 are no mask: indexing with them picks rows 0 and 1. Keep the bool.",
        """
# Exercise: semi_hard_mask
def semi_hard_mask(d_ap, d_an, margin):
    return ((d_ap < d_an) & (d_an < d_ap + margin)).long()
""",
    ),
    Misconception(
        "semi_hard_mask",
        "or instead of and",
        "| lets in what keeps one of the two bounds, which is nearly everything. Both must hold.",
        """
# Exercise: semi_hard_mask
def semi_hard_mask(d_ap, d_an, margin):
    return (d_ap < d_an) | (d_an < d_ap + margin)
""",
    ),
    Misconception(
        "semi_hard_mask",
        "the margin on the wrong side",
        "These negatives are nearer than the positive, by less than the margin: hard ones. The margin is "
        "added to d_ap, not subtracted.",
        """
# Exercise: semi_hard_mask
def semi_hard_mask(d_ap, d_an, margin):
    return (d_ap - margin < d_an) & (d_an < d_ap)
""",
    ),
    Misconception(
        "semi_hard_mask",
        "one bound for all anchors",
        "The mean distance to the positives is used for all. Each anchor has its own.",
        """
# Exercise: semi_hard_mask
def semi_hard_mask(d_ap, d_an, margin):
    d_ap = d_ap.mean()
    return (d_ap < d_an) & (d_an < d_ap + margin)
""",
    ),
]

TRIPLET_LOSS = [
    Misconception(
        "triplet_loss",
        "hinge of the mean",
        "The mean is taken first, and the hinge of it: one far negative pays for all that is out of order. "
        "Hinge first, mean last.",
        """
# Exercise: triplet_loss
def triplet_loss(anchors, positives, negatives, margin):
    return F.relu(margin - triplet_margins(anchors, positives, negatives).mean())
""",
    ),
    Misconception(
        "triplet_loss",
        "mean over all pairs",
        "The zeros are counted too. The mean is over those hinges that are above 0.",
        """
# Exercise: triplet_loss
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives))
    return hinges.mean()
""",
    ),
    Misconception(
        "triplet_loss",
        "a mean over nothing",
        "When no hinge is above 0, the mean is 0 / 0: NaN, and after the next step all weights are NaN.",
        """
# Exercise: triplet_loss
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives))
    return hinges[hinges > 0].mean()
""",
    ),
    Misconception(
        "triplet_loss",
        "a constant when nothing is wrong",
        "The constant 0.0 hangs on no graph: loss.backward() ends in an error as soon as everything is in order.",
        """
# Exercise: triplet_loss
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives))
    if not (hinges > 0).any():
        return torch.zeros((), dtype=anchors.dtype)
    return hinges[hinges > 0].mean()
""",
    ),
    Misconception(
        "triplet_loss",
        "sum of the hinges",
        "A sum grows with the number of triplets. Divide by the number of hinges above 0.",
        """
# Exercise: triplet_loss
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives))
    return hinges.sum()
""",
    ),
    Misconception(
        "triplet_loss",
        "the wrong sign",
        "Good triplets are punished and bad ones rewarded: the margin of a triplet is subtracted from the wanted one.",
        """
# Exercise: triplet_loss
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin + triplet_margins(anchors, positives, negatives))
    return hinges.sum() / (hinges > 0).sum().clamp(min=1)
""",
    ),
    Misconception(
        "triplet_loss",
        "only the first pairs",
        "Negative j is compared with anchor j only. Every negative counts for every anchor.",
        """
# Exercise: triplet_loss
def triplet_loss(anchors, positives, negatives, margin):
    size = min(len(anchors), len(negatives))
    d_ap = (anchors[:size] - positives[:size]).square().sum(dim=-1)
    d_an = (anchors[:size] - negatives[:size]).square().sum(dim=-1)
    hinges = F.relu(margin + d_ap - d_an)
    return hinges.sum() / (hinges > 0).sum().clamp(min=1)
""",
    ),
    Misconception(
        "triplet_loss",
        "counts the hinges that are 0",
        "hinges >= 0 is true for all of them, so that the zeros count too. Above 0 is >.",
        """
# Exercise: triplet_loss
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives))
    return hinges.sum() / (hinges >= 0).sum()
""",
    ),
    Misconception(
        "triplet_loss",
        "only the hardest negative of each anchor",
        "This takes one negative for each anchor, the nearest. The loss of this lab is over all N A pairs.",
        """
# Exercise: triplet_loss
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives).amin(dim=0))
    return hinges.sum() / (hinges > 0).sum().clamp(min=1)
""",
    ),
    Misconception(
        "triplet_loss",
        "margin fixed at 1",
        "The margin is an argument, and here it is never used.",
        """
# Exercise: triplet_loss
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(1.0 - triplet_margins(anchors, positives, negatives))
    return hinges.sum() / (hinges > 0).sum().clamp(min=1)
""",
    ),
    Misconception(
        "triplet_loss",
        "a plain number",
        "A Python number has no graph: item() cuts it off, and nothing can be learned.",
        """
# Exercise: triplet_loss
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives))
    return (hinges.sum() / (hinges > 0).sum().clamp(min=1)).item()
""",
    ),
    Misconception(
        "triplet_loss",
        "the negatives are detached",
        "The numbers are right, but no gradient reaches the negatives: they would never be pushed away.",
        """
# Exercise: triplet_loss
def triplet_loss(anchors, positives, negatives, margin):
    hinges = F.relu(margin - triplet_margins(anchors, positives, negatives.detach()))
    return hinges.sum() / (hinges > 0).sum().clamp(min=1)
""",
    ),
]

MISCONCEPTIONS = [
    *SQUARED_L2,
    *COUNTEREXAMPLE,
    *ANCHOR_NEGATIVE_DISTANCES,
    *FAST_DISTANCES,
    *TRIPLET_MARGINS,
    *SEMI_HARD_MASK,
    *TRIPLET_LOSS,
]
