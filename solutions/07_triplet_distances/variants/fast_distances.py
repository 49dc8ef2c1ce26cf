import torch
import torch.nn.functional as F


# %% the formula in float32 kind="misconception"
# The formula is right, but float32 has seven digits. Far from the origin the large squares nearly cancel, and their
# rounding errors are all that is left.
def fast_distances(anchors, negatives):
    lengths = negatives.square().sum(dim=1, keepdim=True) + anchors.square().sum(dim=1)
    return (lengths - 2 * negatives @ anchors.T).clamp(min=0)


# %% one centre subtracted, in float32 kind="misconception"
# Subtracting the mean helps around one centre. With several centres it lies between them, and the rows are as long as
# before.
def fast_distances(anchors, negatives):
    centre = anchors.mean(dim=0)
    y, x = anchors - centre, negatives - centre
    return (x.square().sum(dim=1, keepdim=True) + y.square().sum(dim=1) - 2 * x @ y.T).clamp(min=0)


# %% torch.cdist by default kind="misconception"
# From 26 rows on torch.cdist uses the formula in float32, with all its errors.
def fast_distances(anchors, negatives):
    return torch.cdist(negatives, anchors).square()


# %% not clamped kind="misconception"
# A last rounding error may lie below 0. A distance never does: clamp it.
def fast_distances(anchors, negatives):
    y, x = anchors.double(), negatives.double()
    lengths = x.square().sum(dim=1, keepdim=True) + y.square().sum(dim=1)
    return (lengths - 2 * x @ y.T).to(anchors.dtype)


# %% stays in float64 kind="misconception"
# The result has the dtype of the inputs. Convert it back.
def fast_distances(anchors, negatives):
    y, x = anchors.double(), negatives.double()
    lengths = x.square().sum(dim=1, keepdim=True) + y.square().sum(dim=1)
    return (lengths - 2 * x @ y.T).clamp(min=0)


# %% broadcasting kind="misconception"
# Right, but the block of all differences is there again: N A D numbers. One matrix product needs N A.
def fast_distances(anchors, negatives):
    return (negatives.unsqueeze(1) - anchors).square().sum(dim=-1)


# %% a loop over the rows kind="misconception"
# Right, and it saves the memory, but a loop in Python starts one small product after the other. One product does them
# all.
def fast_distances(anchors, negatives):
    y, x = anchors.double(), negatives.double()
    lengths = y.square().sum(dim=1)
    rows = [row @ row + lengths - 2 * y @ row for row in x]
    return torch.stack(rows).clamp(min=0).to(anchors.dtype)


# %% a loop over the features kind="misconception"
# Right, with little memory, but there is no matrix product in it, and it walks through the whole table once for every
# feature.
def fast_distances(anchors, negatives):
    total = torch.zeros(len(negatives), len(anchors), dtype=anchors.dtype)
    for feature in range(anchors.shape[1]):
        total = total + (negatives[:, feature, None] - anchors[:, feature]).square()
    return total


# %% transposed kind="misconception"
# There is a row for each anchor here. Wanted is a row for each negative.
def fast_distances(anchors, negatives):
    y, x = anchors.double(), negatives.double()
    lengths = y.square().sum(dim=1, keepdim=True) + x.square().sum(dim=1)
    return (lengths - 2 * y @ x.T).clamp(min=0).to(anchors.dtype)


# %% only the product in float64 kind="misconception"
# The product is in float64, the squared lengths are summed in float32: their rounding errors are enough to spoil
# everything.
def fast_distances(anchors, negatives):
    lengths = (negatives.square().sum(dim=1, keepdim=True) + anchors.square().sum(dim=1)).double()
    return (lengths - 2 * negatives.double() @ anchors.double().T).clamp(min=0).to(anchors.dtype)


# %% converted after the product kind="misconception"
# What float32 has rounded away does not come back by converting the result. Convert the inputs.
def fast_distances(anchors, negatives):
    lengths = negatives.square().sum(dim=1, keepdim=True) + anchors.square().sum(dim=1)
    return (lengths.double() - 2 * (negatives @ anchors.T).double()).clamp(min=0).to(anchors.dtype)


# %% forgets the two kind="misconception"
# The product stands twice in the square multiplied out: x² + y² - 2xy.
def fast_distances(anchors, negatives):
    y, x = anchors.double(), negatives.double()
    lengths = x.square().sum(dim=1, keepdim=True) + y.square().sum(dim=1)
    return (lengths - x @ y.T).clamp(min=0).to(anchors.dtype)


# %% always float32 in the end kind="misconception"
# float64 inputs come back as float32 here: the result should have the dtype of the inputs, whatever it is.
def fast_distances(anchors, negatives):
    y, x = anchors.double(), negatives.double()
    lengths = x.square().sum(dim=1, keepdim=True) + y.square().sum(dim=1)
    return (lengths - 2 * x @ y.T).clamp(min=0).float()


# %% made positive by abs kind="misconception"
# abs() makes a rounding error positive, but it also cuts nothing off when the formula runs in float32: the distances
# are as wrong as before.
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
