"""Other right answers to lab 07: each earns full points."""

from course_grader.audit.variants import Alternative

ALTERNATIVES = [
    Alternative(
        "squared_l2",
        "a product of the difference with itself",
        """
# Exercise: squared_l2
def squared_l2(x1, x2):
    difference = x1 - x2
    return (difference * difference).sum(-1)
""",
    ),
    Alternative(
        "squared_l2",
        "einsum",
        """
# Exercise: squared_l2
def squared_l2(x1, x2):
    difference = x1 - x2
    return torch.einsum("...n,...n->...", difference, difference)
""",
    ),
    Alternative(
        "squared_l2",
        "linalg.vecdot",
        """
# Exercise: squared_l2
def squared_l2(x1, x2):
    return torch.linalg.vecdot(x1 - x2, x1 - x2, dim=-1)
""",
    ),
    Alternative(
        "counterexample",
        "random rows",
        """
# Exercise: counterexample
def counterexample():
    generator = torch.Generator().manual_seed(0)
    return torch.randn(3, 4, generator=generator), torch.randn(5, 4, generator=generator)
""",
    ),
    Alternative(
        "counterexample",
        "in double precision",
        """
# Exercise: counterexample
def counterexample():
    anchors = torch.arange(6, dtype=torch.float64).reshape(2, 3)
    return anchors, torch.zeros(4, 3, dtype=torch.float64)
""",
    ),
    Alternative(
        "counterexample",
        "the negatives are the anchors",
        """
# Exercise: counterexample
def counterexample():
    anchors = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    return anchors, anchors
""",
    ),
    Alternative(
        "counterexample",
        "a single negative",
        """
# Exercise: counterexample
def counterexample():
    return torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[5.0, 7.0]])
""",
    ),
    Alternative(
        "counterexample",
        "only the negatives vary",
        """
# Exercise: counterexample
def counterexample():
    return torch.ones(2, 3), torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
""",
    ),
    Alternative(
        "anchor_negative_distances",
        "a sum over the features, one table for each",
        """
# Exercise: anchor_negative_distances
def anchor_negative_distances(anchors, negatives):
    return sum((negatives[:, None, feature] - anchors[:, feature]) ** 2 for feature in range(anchors.shape[1]))
""",
    ),
    Alternative(
        "anchor_negative_distances",
        "the recipe, repaired: whole rows are repeated",
        """
# Exercise: anchor_negative_distances
def anchor_negative_distances(anchors, negatives):
    shape = (len(negatives), len(anchors), anchors.shape[1])  # (N, A, D)
    repeated_anchors = anchors.repeat(shape[0], 1).reshape(shape)
    repeated_negatives = negatives.repeat_interleave(shape[1], dim=0).reshape(shape)
    return ((repeated_negatives - repeated_anchors) ** 2).sum(dim=-1)
""",
    ),
    Alternative(
        "anchor_negative_distances",
        "repeat_interleave along the first axis",
        """
# Exercise: anchor_negative_distances
def anchor_negative_distances(anchors, negatives):
    pairs = negatives.repeat_interleave(len(anchors), dim=0) - anchors.repeat(len(negatives), 1)  # (N A, D)
    return (pairs * pairs).sum(dim=1).reshape(len(negatives), len(anchors))
""",
    ),
    Alternative(
        "anchor_negative_distances",
        "transposed at the end",
        """
# Exercise: anchor_negative_distances
def anchor_negative_distances(anchors, negatives):
    return squared_l2(anchors[:, None], negatives[None]).T
""",
    ),
    Alternative(
        "fast_distances",
        "the formula in float64, no centre",
        """
# Exercise: fast_distances
def fast_distances(anchors, negatives):
    y, x = anchors.double(), negatives.double()
    lengths = x.square().sum(dim=1, keepdim=True) + y.square().sum(dim=1)  # (N, A)
    return (lengths - 2 * (x @ y.T)).clamp(min=0).to(anchors.dtype)
""",
    ),
    Alternative(
        "fast_distances",
        "squared lengths by einsum",
        """
# Exercise: fast_distances
def fast_distances(anchors, negatives):
    x, y = negatives.double(), anchors.double()
    x_length, y_length = torch.einsum("nd,nd->n", x, x), torch.einsum("ad,ad->a", y, y)
    return (x_length[:, None] + y_length - 2 * torch.inner(x, y)).clamp(min=0).to(anchors.dtype)
""",
    ),
    Alternative(
        "fast_distances",
        "addmm",
        """
# Exercise: fast_distances
def fast_distances(anchors, negatives):
    y, x = anchors.double(), negatives.double()
    lengths = (x * x).sum(1)[:, None] + (y * y).sum(1)
    return F.relu(torch.addmm(lengths, x, y.T, alpha=-2)).to(anchors.dtype)
""",
    ),
    Alternative(
        "fast_distances",
        "torch.cdist in float64, told to multiply",
        """
# Exercise: fast_distances
def fast_distances(anchors, negatives):
    distances = torch.cdist(negatives.double(), anchors.double(), compute_mode="use_mm_for_euclid_dist")
    return distances.square().to(anchors.dtype)
""",
    ),
    Alternative(
        "fast_distances",
        "einsum, centred",
        """
# Exercise: fast_distances
def fast_distances(anchors, negatives):
    centre = torch.cat([anchors, negatives]).double().mean(dim=0)
    y, x = anchors.double() - centre, negatives.double() - centre
    lengths = x.square().sum(dim=1).unsqueeze(1) + y.square().sum(dim=1)
    products = torch.einsum("ik,jk->ij", x, y)
    return torch.maximum(lengths - 2 * products, torch.zeros_like(products)).to(anchors.dtype)
""",
    ),
    Alternative(
        "fast_distances",
        "a coarse and a fine part of each number, exact also where float64 alone is not",
        '''
# Exercise: fast_distances
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
''',
    ),
    Alternative(
        "triplet_margins",
        "from the fast distances",
        """
# Exercise: triplet_margins
def triplet_margins(anchors, positives, negatives):
    return fast_distances(anchors, negatives) - squared_l2(anchors, positives).unsqueeze(0)
""",
    ),
    Alternative(
        "triplet_margins",
        "in one formula",
        """
# Exercise: triplet_margins
def triplet_margins(anchors, positives, negatives):
    d_an = (negatives.unsqueeze(1) - anchors).square().sum(dim=-1)
    d_ap = ((anchors - positives) ** 2).sum(-1)
    return d_an.sub(d_ap)
""",
    ),
    Alternative(
        "semi_hard_mask",
        "with torch functions",
        """
# Exercise: semi_hard_mask
def semi_hard_mask(d_ap, d_an, margin):
    return torch.logical_and(torch.gt(d_an, d_ap), torch.lt(d_an, d_ap + margin))
""",
    ),
    Alternative(
        "semi_hard_mask",
        "as a product of two masks",
        """
# Exercise: semi_hard_mask
def semi_hard_mask(d_ap, d_an, margin):
    return (d_an > d_ap[None, :]) * (d_ap[None, :] + margin > d_an)
""",
    ),
    Alternative(
        "triplet_loss",
        "chosen by a mask, with a graph in both cases",
        """
# Exercise: triplet_loss
def triplet_loss(anchors, positives, negatives, margin):
    hinges = margin - triplet_margins(anchors, positives, negatives)
    above = hinges[hinges > 0]
    return above.mean() if len(above) else 0 * hinges.sum()
""",
    ),
    Alternative(
        "triplet_loss",
        "through torch's own loss",
        """
# Exercise: triplet_loss
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
""",
    ),
]
