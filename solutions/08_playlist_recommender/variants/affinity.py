import torch
import torch.nn.functional as F


# %% no boosts kind="misconception" also_affects=["score_catalogue"]
# The dot products are there, the two boosts are not: 0.1 where the album occurs in the context, 0.1 where the artist
# does.
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = candidates @ context.T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    return pooled


# %% a boost for each match kind="misconception" also_affects=["score_catalogue"]
# The boost grows with the number of context tracks that match. It is given once: the id occurs in the context or it
# does not.
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = candidates @ context.T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    boost = 0.1 * (candidate_album[..., None] == context_album).sum(-1) + 0.1 * (
        candidate_artist[..., None] == context_artist
    ).sum(-1)
    return pooled + boost


# %% one boost for both kind="misconception" also_affects=["score_catalogue"]
# Album and artist each bring 0.1, so a track of a known album has 0.2. Here or joins the two into one.
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = candidates @ context.T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    known = torch.isin(candidate_album, context_album) | torch.isin(candidate_artist, context_artist)
    return pooled + 0.1 * known


# %% buckets compared kind="misconception" also_affects=["score_catalogue"]
# Two albums that share a bucket are different albums. The boost compares raw ids, not what is left of them after
# hashing.
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = candidates @ context.T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    boost = 0.1 * torch.isin(candidate_album % 100_000, context_album % 100_000) + 0.1 * torch.isin(
        candidate_artist, context_artist
    )
    return pooled + boost


# %% albums compared with artists kind="misconception" also_affects=["score_catalogue"]
# Album ids and artist ids are different numberings, and equal numbers mean nothing. Compare albums with albums and
# artists with artists.
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = candidates @ context.T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    boost = 0.1 * torch.isin(candidate_album, context_artist) + 0.1 * torch.isin(candidate_artist, context_album)
    return pooled + boost


# %% any other pool is the mean kind="misconception" also_affects=["score_catalogue"]
# A misspelt pool silently becomes a mean, and you would never learn of it. Anything but 'max' and 'mean' raises
# ValueError.
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    products = candidates @ context.T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    boost = 0.1 * torch.isin(candidate_album, context_album) + 0.1 * torch.isin(candidate_artist, context_artist)
    return pooled + boost


# %% cosine instead of dot product kind="misconception" also_affects=["score_catalogue"]
# The vectors are brought to length 1 first. Affinity takes raw dot products: a long vector may count more.
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = F.normalize(candidates, dim=-1) @ F.normalize(context, dim=-1).T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    boost = 0.1 * torch.isin(candidate_album, context_album) + 0.1 * torch.isin(candidate_artist, context_artist)
    return pooled + boost


# %% pooled over the candidates kind="misconception" also_affects=["score_catalogue"]
# max or mean run over the wrong axis: over the candidates, not over the context. Each candidate keeps a number of its
# own.
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = context @ candidates.transpose(-1, -2) if candidates.dim() > 1 else context @ candidates
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    return pooled + 0.1


# %% never below zero kind="misconception" also_affects=["score_catalogue"]
# A candidate that fits nothing has a negative affinity. Cut off at 0, all bad candidates look equally bad, and none
# of them has a gradient.
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = candidates @ context.T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    boost = 0.1 * torch.isin(candidate_album, context_album) + 0.1 * torch.isin(candidate_artist, context_artist)
    return pooled.clamp_min(0) + boost


# %% detached context kind="misconception" also_affects=["score_catalogue"]
# The context is detached, so that it never learns. Both sides of the dot product belong to the model.
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = candidates @ context.detach().T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    boost = 0.1 * torch.isin(candidate_album, context_album) + 0.1 * torch.isin(candidate_artist, context_artist)
    return pooled + boost


# %% einsum and comparisons by broadcasting kind="alternative"
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = torch.einsum("...f,cf->...c", candidates, context)
    pooled = products.max(dim=-1).values if pool == "max" else products.sum(dim=-1) / len(context)
    same_album = (candidate_album[..., None] == context_album).any(dim=-1)
    same_artist = (candidate_artist[..., None] == context_artist).any(dim=-1)
    return pooled + 0.1 * same_album.to(pooled.dtype) + 0.1 * same_artist.to(pooled.dtype)


# %% the mean as a dot product with the centre, boosts as an int kind="alternative"
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    products = (candidates.unsqueeze(-2) * context).sum(dim=-1)
    if pool == "mean":
        pooled = candidates @ context.mean(dim=0)
    elif pool == "max":
        pooled = products.amax(dim=-1)
    else:
        raise ValueError("pool must be max or mean")
    matches = torch.isin(candidate_album, context_album).int() + torch.isin(candidate_artist, context_artist).int()
    return pooled + 0.1 * matches
