import torch
import torch.nn.functional as F


# %% expanded square in float32 kind="misconception"
# The formula is right, but far from the origin large squares nearly cancel: near 10,000 the squares are about
# 100,000,000, where float32 numbers are 8 apart, so a distance of 1 is lost. Look for the step in which the digits
# are lost.
def fast_distances(anchors, negatives):
    lengths = negatives.square().sum(dim=1, keepdim=True) + anchors.square().sum(dim=1)
    return (lengths - 2 * negatives @ anchors.T).clamp(min=0)


# %% one centre subtracted, in float32 kind="misconception"
# Subtracting the mean helps when all rows lie around one centre. With rows near 0 and near 10,000, the mean is 5,000,
# and all rows stay long. Think about what helps in both cases.
def fast_distances(anchors, negatives):
    centre = anchors.mean(dim=0)
    y, x = anchors - centre, negatives - centre
    return (x.square().sum(dim=1, keepdim=True) + y.square().sum(dim=1) - 2 * x @ y.T).clamp(min=0)


# %% torch.cdist with its defaults kind="misconception"
# The expanded square in float32 loses digits far from the origin, whether it is written out or computed by
# `torch.cdist`, which uses it with more than 25 rows on one side. Compare it with broadcasting on near-duplicates far
# from the origin.
def fast_distances(anchors, negatives):
    return torch.cdist(negatives, anchors).square()


# %% not clamped kind="misconception" hidden_because="whether rounding leaves a distance below 0 depends on the processor; only a large random table shows it for certain"
# A rounding error can leave a small distance slightly below 0, such as -0.0001. A distance is never negative. Look at
# the smallest values in your table.
def fast_distances(anchors, negatives):
    y, x = anchors.double(), negatives.double()
    lengths = x.square().sum(dim=1, keepdim=True) + y.square().sum(dim=1)
    return (lengths - 2 * x @ y.T).to(anchors.dtype)


# %% stays in float64 kind="misconception"
# The result is float64 even for float32 inputs: `result.dtype` differs from `anchors.dtype`. Check in the docstring
# which dtype it has.
def fast_distances(anchors, negatives):
    y, x = anchors.double(), negatives.double()
    lengths = x.square().sum(dim=1, keepdim=True) + y.square().sum(dim=1)
    return (lengths - 2 * x @ y.T).clamp(min=0)


# %% broadcasting kind="misconception" hidden_because="the values are right; only a probe in the student's kernel can watch the operations, and the docstring says which are allowed"
# The distances are right, but all differences are in memory at once: for 1,000 anchors and 1,000 negatives with 100
# features, 100 million numbers. Compare with the memory that the docstring allows, and look for a formula that needs
# only a matrix product.
def fast_distances(anchors, negatives):
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=-1)


# %% loop over the rows kind="misconception" hidden_because="the values are right; only a probe in the student's kernel can watch the operations, and the docstring says which are allowed"
# The distances are right, and the memory is small, but a Python loop starts a separate product for each negative,
# 1,000 for 1,000 of them. Think about how a single matrix product can do them all.
def fast_distances(anchors, negatives):
    y, x = anchors.double(), negatives.double()
    lengths = y.square().sum(dim=1)
    rows = [row @ row + lengths - 2 * y @ row for row in x]
    return torch.stack(rows).clamp(min=0).to(anchors.dtype)


# %% loop over the features kind="misconception" hidden_because="the values are right; only a probe in the student's kernel can watch the operations, and the docstring says which are allowed"
# The distances are right, and the memory is small, but the loop walks through the whole table once for each feature,
# 100 times for 100 of them, and there is no matrix product. Look at the expanded square.
def fast_distances(anchors, negatives):
    total = torch.zeros(len(negatives), len(anchors), dtype=anchors.dtype)
    for feature in range(anchors.shape[1]):
        total = total + (negatives[:, feature, None] - anchors[:, feature]).square()
    return total


# %% transposed kind="misconception"
# The table has a row for each anchor and a column for each negative: for 2 anchors and 3 negatives it is (2, 3).
# Check the shape in the docstring.
def fast_distances(anchors, negatives):
    y, x = anchors.double(), negatives.double()
    lengths = y.square().sum(dim=1, keepdim=True) + x.square().sum(dim=1)
    return (lengths - 2 * y @ x.T).clamp(min=0).to(anchors.dtype)


# %% squared lengths in float32 kind="misconception"
# The product is computed in float64, but the squared lengths are summed in float32: near 100,000,000 its numbers are
# 8 apart, and this error alone can be larger than a small distance. Check the dtype of every term.
def fast_distances(anchors, negatives):
    lengths = (negatives.square().sum(dim=1, keepdim=True) + anchors.square().sum(dim=1)).double()
    return (lengths - 2 * negatives.double() @ anchors.double().T).clamp(min=0).to(anchors.dtype)


# %% converted after the product kind="misconception"
# The product and the squared lengths are computed in float32, and only then converted: if 100,000,001 was rounded to
# 100,000,000, the 1 does not come back. Check when you convert.
def fast_distances(anchors, negatives):
    lengths = negatives.square().sum(dim=1, keepdim=True) + anchors.square().sum(dim=1)
    return (lengths.double() - 2 * (negatives @ anchors.T).double()).clamp(min=0).to(anchors.dtype)


# %% product subtracted only once kind="misconception"
# The product of two rows is subtracted once: (1, 2) and (3, 1) get 5 + 10 - 5 = 10 instead of 5. Expand the square by
# hand and compare.
def fast_distances(anchors, negatives):
    y, x = anchors.double(), negatives.double()
    lengths = x.square().sum(dim=1, keepdim=True) + y.square().sum(dim=1)
    return (lengths - x @ y.T).clamp(min=0).to(anchors.dtype)


# %% always float32 kind="misconception"
# The result is float32 even for float64 inputs, so of about 16 digits only 7 are left. Check in the docstring which
# dtype it has.
def fast_distances(anchors, negatives):
    y, x = anchors.double(), negatives.double()
    lengths = x.square().sum(dim=1, keepdim=True) + y.square().sum(dim=1)
    return (lengths - 2 * x @ y.T).clamp(min=0).float()


# %% absolute value in float32 kind="misconception"
# The absolute value hides negative distances, but not their cause: the formula runs in float32, and if 0.5 has become
# -0.3 through rounding, 0.3 is just as wrong. Look for the step in which the digits are lost.
def fast_distances(anchors, negatives):
    lengths = negatives.square().sum(dim=1, keepdim=True) + anchors.square().sum(dim=1)
    return (lengths - 2 * negatives @ anchors.T).abs()


# %% the formula in float64, no centre kind="alternative"
def fast_distances(anchors, negatives):
    y, x = anchors.double(), negatives.double()
    lengths = x.square().sum(dim=1, keepdim=True) + y.square().sum(dim=1)  # (N, A)
    return (lengths - 2 * (x @ y.T)).clamp(min=0).to(anchors.dtype)


# %% squared lengths by einsum kind="alternative"
def fast_distances(anchors, negatives):
    x, y = negatives.double(), anchors.double()
    x_length, y_length = torch.einsum("nd,nd->n", x, x), torch.einsum("ad,ad->a", y, y)
    return (x_length[:, None] + y_length - 2 * torch.inner(x, y)).clamp(min=0).to(anchors.dtype)


# %% addmm kind="alternative"
# `addmm` adds the product to the lengths while it computes it, so the product is never stored as a matrix of its own.
# float64 has enough digits for this lab's inputs, without moving them to a centre.
def fast_distances(anchors, negatives):
    y, x = anchors.double(), negatives.double()
    lengths = (x * x).sum(1)[:, None] + (y * y).sum(1)
    return F.relu(torch.addmm(lengths, x, y.T, alpha=-2)).to(anchors.dtype)


# %% torch.cdist in float64, told to multiply kind="alternative"
def fast_distances(anchors, negatives):
    distances = torch.cdist(negatives.double(), anchors.double(), compute_mode="use_mm_for_euclid_dist")
    return distances.square().to(anchors.dtype)


# %% einsum, centred kind="alternative"
def fast_distances(anchors, negatives):
    centre = torch.cat([anchors, negatives]).double().mean(dim=0)
    y, x = anchors.double() - centre, negatives.double() - centre
    lengths = x.square().sum(dim=1).unsqueeze(1) + y.square().sum(dim=1)
    products = torch.einsum("ik,jk->ij", x, y)
    return torch.maximum(lengths - 2 * products, torch.zeros_like(products)).to(anchors.dtype)


# %% a coarse and a fine part of each number, exact also where float64 alone is not kind="alternative"
def fast_distances(anchors, negatives):
    """One product of coarse and fine parts: coarse ones are integer multiples of a step, so their sums are exact."""
    y, x = anchors.double(), negatives.double()
    largest = torch.cat([x, y]).detach().abs().max().clamp(min=1e-300)
    step = 2.0 ** (largest.log2().ceil() - 20)
    x_coarse, y_coarse = ((rows / step).detach().round() * step for rows in (x, y))
    x_fine, y_fine = x - x_coarse, y - y_coarse
    products = torch.cat([x_coarse, x_fine]) @ torch.cat([y_coarse, y_fine]).T  # (2 N, 2 A)
    coarse, mixed = products[: len(x), : len(y)], products[: len(x), len(y) :]
    mixed_too, fine = products[len(x) :, : len(y)], products[len(x) :, len(y) :]
    x_length, y_length = x_coarse.square().sum(dim=1, keepdim=True), y_coarse.square().sum(dim=1)
    rest_x = (x_fine * (2 * x_coarse + x_fine)).sum(dim=1, keepdim=True)
    rest_y = (y_fine * (2 * y_coarse + y_fine)).sum(dim=1)
    exact = x_length + y_length - 2 * coarse  # integers times step²
    rest = rest_x + rest_y - 2 * (mixed + mixed_too + fine)
    return (exact + rest).clamp(min=0).to(anchors.dtype)
