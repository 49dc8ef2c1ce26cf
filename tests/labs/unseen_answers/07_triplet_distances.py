# %% squared_l2: root taken
def squared_l2(x1, x2):
    return torch.linalg.vector_norm(x1 - x2, dim=-1)


# %% squared_l2: mean instead of sum
def squared_l2(x1, x2):
    d = x1 - x2
    return (d * d).sum(-1) / d.shape[-1]


# %% squared_l2: sum over all axes
def squared_l2(x1, x2):
    return torch.sum(torch.pow(x1 - x2, 2))


# %% squared_l2: sum over the first axis | absolute differences | -
def squared_l2(x1, x2):
    return torch.abs(x1 - x2).sum(0)


# %% anchor_negative_distances: transposed
def anchor_negative_distances(anchors, negatives):
    diff = anchors[:, None, :] - negatives[None, :, :]
    return (diff**2).sum(-1)


# %% anchor_negative_distances: root taken
def anchor_negative_distances(anchors, negatives):
    return (negatives[:, None] - anchors[None]).norm(dim=-1)


# %% semi_hard_mask: or instead of and
def semi_hard_mask(d_ap, d_an, margin):
    return torch.logical_or(d_an > d_ap, d_an < d_ap + margin)


# %% semi_hard_mask: hard negatives included
def semi_hard_mask(d_ap, d_an, margin):
    return d_an - d_ap < margin


# %% semi_hard_mask: easy negatives included
def semi_hard_mask(d_ap, d_an, margin):
    return torch.gt(d_an, d_ap)


# %% semi_hard_mask: integers instead of bool
def semi_hard_mask(d_ap, d_an, margin):
    return ((d_an > d_ap) & (d_an < d_ap + margin)).int()


# %% semi_hard_mask: upper bound included | lower bound included | -
def semi_hard_mask(d_ap, d_an, margin):
    return (d_an >= d_ap) & (d_an <= d_ap + margin)


# %% triplet_margins: wrong sign
def triplet_margins(anchors, positives, negatives):
    d_ap = squared_l2(anchors, positives)
    d_an = anchor_negative_distances(anchors, negatives)
    return d_ap[None, :] - d_an


# %% triplet_margins: roots of both distances
def triplet_margins(anchors, positives, negatives):
    d_ap = torch.norm(anchors - positives, dim=1)
    d_an = torch.norm(negatives[:, None] - anchors[None], dim=2)
    return d_an - d_ap


# %% triplet_loss: mean over all triplets
def triplet_loss(anchors, positives, negatives, margin):
    m = triplet_margins(anchors, positives, negatives)
    return torch.clamp(margin - m, min=0).mean()


# %% triplet_loss: sum of the hinges
def triplet_loss(anchors, positives, negatives, margin):
    return torch.maximum(margin - triplet_margins(anchors, positives, negatives), torch.zeros(1)).sum()


# %% triplet_loss: mean of no numbers
def triplet_loss(anchors, positives, negatives, margin):
    h = torch.relu(margin - triplet_margins(anchors, positives, negatives))
    active = h[h > 0]
    return active.sum() / active.numel()


# %% triplet_loss: -
def triplet_loss(anchors, positives, negatives, margin):
    return F.triplet_margin_loss(anchors, positives, negatives[: len(anchors)], margin=margin)


# %% fast_distances: transposed
def fast_distances(anchors, negatives):
    return squared_l2(anchors.unsqueeze(1).double(), negatives.double()).to(anchors.dtype)


# %% fast_distances: expanded square in float32 | torch.cdist with its defaults
def fast_distances(anchors, negatives):
    aa = (anchors * anchors).sum(1)
    nn_ = (negatives * negatives).sum(1)
    return (nn_[:, None] - 2 * torch.matmul(negatives, anchors.t()) + aa[None, :]).clamp(min=0)


# %% squared_l2: absolute differences
def squared_l2(x1, x2):
    return torch.linalg.vector_norm(x1 - x2, ord=1, dim=-1)


# %% squared_l2: squared after the sum
def squared_l2(x1, x2):
    return (x1.sum(-1) - x2.sum(-1)) ** 2


# %% squared_l2: -
def squared_l2(x1, x2):
    return 1 - F.cosine_similarity(x1, x2, dim=-1)


# %% semi_hard_mask: lower bound included
def semi_hard_mask(d_ap, d_an, margin):
    return torch.ge(d_an, d_ap) & torch.lt(d_an - d_ap, margin)


# %% semi_hard_mask: margin on the wrong side
def semi_hard_mask(d_ap, d_an, margin):
    gap = d_ap - d_an
    return (gap > 0) & (gap < margin)


# %% triplet_margins: negatives compared with positives
def triplet_margins(anchors, positives, negatives):
    d_ap = ((anchors - positives) ** 2).sum(1)
    d_pn = ((negatives[:, None, :] - positives[None, :, :]) ** 2).sum(2)
    return d_pn - d_ap


# %% triplet_loss: hinge of the mean
def triplet_loss(anchors, positives, negatives, margin):
    m = triplet_margins(anchors, positives, negatives).mean()
    return torch.clamp(margin - m, min=0)


# %% triplet_loss: -
def triplet_loss(anchors, positives, negatives, margin):
    m = triplet_margins(anchors, positives, negatives)
    return F.softplus(margin - m).mean()


# %% anchor_negative_distances: mean over the features
def anchor_negative_distances(anchors, negatives):
    d = negatives.unsqueeze(1) - anchors.unsqueeze(0)
    return torch.mean(d * d, -1)


# %% triplet_margins: right
def triplet_margins(anchors, positives, negatives):
    """In float64 throughout, and left there."""
    anchors, positives, negatives = (each.double() for each in (anchors, positives, negatives))
    to_negatives = (negatives[:, None] - anchors[None]).square().sum(dim=2)
    return to_negatives - (anchors - positives).square().sum(dim=1)


# %% squared_l2: right
def squared_l2(x1, x2):
    diff = x1 - x2
    return torch.einsum("...n,...n->...", diff, diff)


# %% squared_l2: right
def squared_l2(x1, x2):
    return torch.linalg.vecdot(x1 - x2, x1 - x2)


# %% squared_l2: right
def squared_l2(x1, x2):
    d = torch.sub(x1, x2).unsqueeze(-2)
    return (d @ d.mT).squeeze(-1).squeeze(-1)


# %% squared_l2: right
def squared_l2(x1, x2):
    a, b = torch.broadcast_tensors(x1, x2)
    return F.mse_loss(a, b, reduction="none").sum(dim=-1)


# %% anchor_negative_distances: right
def anchor_negative_distances(anchors, negatives):
    return torch.stack([squared_l2(anchors, n) for n in negatives])


# %% anchor_negative_distances: right
def anchor_negative_distances(anchors, negatives):
    N, A = negatives.size(0), anchors.size(0)
    left = negatives.repeat_interleave(A, dim=0)
    right = anchors.repeat(N, 1)
    return ((left - right) ** 2).sum(1).reshape(N, A)


# %% anchor_negative_distances: right
def anchor_negative_distances(anchors, negatives):
    return torch.vmap(lambda n: squared_l2(anchors, n))(negatives)


# %% anchor_negative_distances: right
def anchor_negative_distances(anchors, negatives):
    out = anchors.new_empty(len(negatives), len(anchors))
    for j, negative in enumerate(negatives):
        for k, anchor in enumerate(anchors):
            out[j, k] = squared_l2(negative, anchor)
    return out


# %% anchor_negative_distances: -
def anchor_negative_distances(anchors, negatives):
    return torch.cdist(negatives, anchors, p=1) ** 2


# %% fast_distances: right
def fast_distances(anchors, negatives):
    a, n = anchors.to(torch.float64), negatives.to(torch.float64)
    squares = (n * n).sum(1, keepdim=True) + (a * a).sum(1)
    return torch.addmm(squares, n, a.T, alpha=-2).clamp_(min=0).to(anchors.dtype)


# %% fast_distances: right
def fast_distances(anchors, negatives):
    c = anchors.double().mean(0)
    a, n = anchors.double() - c, negatives.double() - c
    left = torch.cat([n, (n**2).sum(1, keepdim=True), torch.ones(len(n), 1, dtype=torch.double)], 1)
    right = torch.cat([-2 * a, torch.ones(len(a), 1, dtype=torch.double), (a**2).sum(1, keepdim=True)], 1)
    return F.relu(left @ right.T).type(anchors.dtype)


# %% triplet_margins: right
def triplet_margins(anchors, positives, negatives):
    d_ap = [squared_l2(a, p) for a, p in zip(anchors, positives)]
    return torch.stack([anchor_negative_distances(anchors, negatives)[:, k] - d for k, d in enumerate(d_ap)], dim=1)


# %% triplet_margins: right
def triplet_margins(anchors, positives, negatives):
    to_negative = ((negatives[:, None] - anchors[None]) ** 2).sum(-1)
    to_positive = ((positives - anchors) ** 2).sum(-1)
    return torch.sub(to_negative, to_positive.expand_as(to_negative))


# %% semi_hard_mask: right
def semi_hard_mask(d_ap, d_an, margin):
    out = torch.zeros_like(d_an, dtype=torch.bool)
    for k in range(d_an.shape[1]):
        column = d_an[:, k]
        out[:, k] = (column > d_ap[k]) & (column < d_ap[k] + margin)
    return out


# %% semi_hard_mask: right
def semi_hard_mask(d_ap, d_an, margin):
    return ~((d_an <= d_ap.unsqueeze(0)) | (d_an >= d_ap.unsqueeze(0) + margin))


# %% semi_hard_mask: -
def semi_hard_mask(d_ap, d_an, margin):
    return (d_an - d_ap).abs() < margin


# %% triplet_loss: right
def triplet_loss(anchors, positives, negatives, margin):
    hinge = (margin - triplet_margins(anchors, positives, negatives)).clamp(min=0)
    active = (hinge > 0).sum().clamp(min=1)
    return hinge.sum() / active


# %% triplet_loss: right
def triplet_loss(anchors, positives, negatives, margin):
    hinges = torch.relu(margin - triplet_margins(anchors, positives, negatives))
    if not (hinges > 0).any():
        return hinges.sum() * 0.0
    return hinges[hinges > 0].mean()


# %% triplet_loss: right
def triplet_loss(anchors, positives, negatives, margin):
    hinges = (margin - triplet_margins(anchors, positives, negatives)).relu().flatten()
    return hinges.sum() / max(1, torch.count_nonzero(hinges).item())


# %% triplet_loss: -
def triplet_loss(anchors, positives, negatives, margin):
    hinge = F.relu(margin - triplet_margins(anchors, positives, negatives))
    return hinge.sum() / ((hinge > 0).sum() + 1)


# %% triplet_loss: -
def triplet_loss(anchors, positives, negatives, margin):
    m = triplet_margins(anchors, positives, negatives)
    mask = (m > 0) & (m < margin)
    hinge = (margin - m) * mask
    return hinge.sum() / mask.sum().clamp(min=1)


# %% counterexample: right
def counterexample():
    g = torch.Generator().manual_seed(3)
    return torch.randn(4, 6, generator=g), torch.randn(3, 6, generator=g)


# %% counterexample: right
def counterexample():
    return torch.arange(6.0).view(2, 3), torch.tensor([[0.0, 0, 1], [5, 5, 5]])
