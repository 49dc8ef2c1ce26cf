import torch
import torch.nn.functional as F


# %% no boosts kind="misconception" also_affects=["score_catalogue"]
# Only the pooled dot products are returned: a candidate with product 2 whose album is in the context gets 2 instead
# of 2.1. Check in the docstring what is added for albums and artists that occur in the context.
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = candidates @ context.T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    return pooled


# %% boost for every match kind="misconception" also_affects=["score_catalogue"]
# The boost is added for each matching track of the context: an album that occurs three times there adds 0.3. It
# should be added once. Check how you combine the matches.
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
# A candidate whose album and artist both occur in the context gets 0.1 instead of 0.2. Each of the two should count
# on its own. Check how you combine the two conditions.
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = candidates @ context.T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    known = torch.isin(candidate_album, context_album) | torch.isin(candidate_artist, context_artist)
    return pooled + 0.1 * known


# %% buckets compared kind="misconception" also_affects=["score_catalogue"]
# The albums are compared by their buckets, so albums 7 and 100,007 look the same. They share a row in the table, but
# they are different albums. Check in the docstring which ids are compared.
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
# Album ids are compared with artist ids: album 7 counts as known because artist 7 is in the context. These are two
# separate numberings. Check which ids you compare.
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = candidates @ context.T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    boost = 0.1 * torch.isin(candidate_album, context_artist) + 0.1 * torch.isin(candidate_artist, context_album)
    return pooled + boost


# %% unknown pool taken as mean kind="misconception" also_affects=["score_catalogue"]
# Every pool except 'max' is treated as 'mean', so a misspelt name such as 'maximum' goes unnoticed. Check in the
# docstring what should happen.
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    products = candidates @ context.T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    boost = 0.1 * torch.isin(candidate_album, context_album) + 0.1 * torch.isin(candidate_artist, context_artist)
    return pooled + boost


# %% cosine similarity kind="misconception" also_affects=["score_catalogue"]
# All vectors are scaled to length 1, so a long vector loses its influence. The docstring asks for dot products. Look
# at what you do to the vectors before you multiply them.
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = F.normalize(candidates, dim=-1) @ F.normalize(context, dim=-1).T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    boost = 0.1 * torch.isin(candidate_album, context_album) + 0.1 * torch.isin(candidate_artist, context_artist)
    return pooled + boost


# %% pooled over the candidates kind="misconception" also_affects=["score_catalogue"]
# The products are pooled over the candidates: for 5 candidates and a context of 2 tracks there are 2 numbers instead
# of 5. Check which axis counts the context.
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = context @ candidates.transpose(-1, -2) if candidates.dim() > 1 else context @ candidates
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    return pooled + 0.1


# %% negative affinities cut off kind="misconception" also_affects=["score_catalogue"]
# Negative products are raised to 0, as -2 is here, so all bad candidates look equal and get no gradient. A candidate
# that does not fit should have a negative affinity. Look at what you do after pooling.
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = candidates @ context.T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    boost = 0.1 * torch.isin(candidate_album, context_album) + 0.1 * torch.isin(candidate_artist, context_artist)
    return pooled.clamp_min(0) + boost


# %% context detached kind="misconception" also_affects=["score_catalogue"]
# `detach()` keeps the gradient away from the context, so only the candidates learn. Check in the docstring what the
# result is differentiable in.
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
# The mean of dot products is the dot product with the mean. So with pool="mean" a playlist of any length costs as
# much as a single track. The maximum has no such shortcut.
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
