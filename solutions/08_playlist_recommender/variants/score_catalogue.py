import math

import torch

# The notebook defines these.
affinity = ...


# %% everything at once kind="misconception"
# The result is right, but all scores are held at the same time, so memory grows with the catalogue. Go through it in
# chunks and keep only the best k.
def score_catalogue(
    context,
    context_album,
    context_artist,
    catalogue,
    catalogue_album,
    catalogue_artist,
    k,
    chunk_size=4096,
    pool="max",
):
    if k > len(catalogue):
        raise ValueError(k)
    scores = affinity(catalogue, context, catalogue_album, context_album, catalogue_artist, context_artist, pool)
    best = scores.topk(k)
    return best.values, best.indices


# %% all chunks' scores kept kind="misconception"
# Each chunk is scored for itself, but its scores are kept until the end. Only the best k so far may stay.
def score_catalogue(
    context,
    context_album,
    context_artist,
    catalogue,
    catalogue_album,
    catalogue_artist,
    k,
    chunk_size=4096,
    pool="max",
):
    if k > len(catalogue):
        raise ValueError(k)
    scores = [
        affinity(c, context, a, context_album, r, context_artist, pool)
        for c, a, r in zip(
            catalogue.split(chunk_size),
            catalogue_album.split(chunk_size),
            catalogue_artist.split(chunk_size),
            strict=True,
        )
    ]
    best = torch.cat(scores).topk(k)
    return best.values, best.indices


# %% places in the chunk kind="misconception"
# topk gives places within what it was given. Without the start of the chunk added, all indices seem to lie in the
# first chunk.
def score_catalogue(
    context,
    context_album,
    context_artist,
    catalogue,
    catalogue_album,
    catalogue_artist,
    k,
    chunk_size=4096,
    pool="max",
):
    if k > len(catalogue):
        raise ValueError(k)
    best, indices = context.new_empty(0), torch.empty(0, dtype=torch.int64)
    for start in range(0, len(catalogue), chunk_size):
        part = slice(start, start + chunk_size)
        scores = affinity(
            catalogue[part],
            context,
            catalogue_album[part],
            context_album,
            catalogue_artist[part],
            context_artist,
            pool,
        )
        places = torch.arange(len(scores))
        joined, where = torch.cat([best, scores]), torch.cat([indices, places])
        best, chosen = joined.topk(min(k, len(joined)))
        indices = where[chosen]
    return best, indices


# %% the best of each chunk only kind="misconception"
# Each new chunk replaces what was found before, so that the last one wins. Join its scores with the best so far.
def score_catalogue(
    context,
    context_album,
    context_artist,
    catalogue,
    catalogue_album,
    catalogue_artist,
    k,
    chunk_size=4096,
    pool="max",
):
    best, indices = context.new_empty(0), torch.empty(0, dtype=torch.int64)
    for start in range(0, len(catalogue), chunk_size):
        part = slice(start, start + chunk_size)
        scores = affinity(
            catalogue[part],
            context,
            catalogue_album[part],
            context_album,
            catalogue_artist[part],
            context_artist,
            pool,
        )
        places = torch.arange(start, start + len(scores))
        joined, where = torch.cat([best, scores]), torch.cat([indices, places])
        best, chosen = scores.topk(min(k, len(scores)))
        where = places
        indices = where[chosen]
    return best, indices


# %% more tracks than there are kind="misconception"
# k above the size of the catalogue must raise ValueError. Here fewer than k tracks come back, in silence.
def score_catalogue(
    context,
    context_album,
    context_artist,
    catalogue,
    catalogue_album,
    catalogue_artist,
    k,
    chunk_size=4096,
    pool="max",
):
    best, indices = context.new_empty(0), torch.empty(0, dtype=torch.int64)
    for start in range(0, len(catalogue), chunk_size):
        part = slice(start, start + chunk_size)
        scores = affinity(
            catalogue[part],
            context,
            catalogue_album[part],
            context_album,
            catalogue_artist[part],
            context_artist,
            pool,
        )
        places = torch.arange(start, start + len(scores))
        joined, where = torch.cat([best, scores]), torch.cat([indices, places])
        best, chosen = joined.topk(min(k, len(joined)))
        indices = where[chosen]
    return best, indices


# %% ascending kind="misconception"
# The lowest score stands first. A ranking begins with the best: descending.
def score_catalogue(
    context,
    context_album,
    context_artist,
    catalogue,
    catalogue_album,
    catalogue_artist,
    k,
    chunk_size=4096,
    pool="max",
):
    if k > len(catalogue):
        raise ValueError(k)
    best, indices = context.new_empty(0), torch.empty(0, dtype=torch.int64)
    for start in range(0, len(catalogue), chunk_size):
        part = slice(start, start + chunk_size)
        scores = affinity(
            catalogue[part],
            context,
            catalogue_album[part],
            context_album,
            catalogue_artist[part],
            context_artist,
            pool,
        )
        places = torch.arange(start, start + len(scores))
        joined, where = torch.cat([best, scores]), torch.cat([indices, places])
        best, chosen = joined.topk(min(k, len(joined)))
        indices = where[chosen]
    return best.flip(0), indices.flip(0)


# %% context tracks left out kind="misconception"
# Candidates of the context's albums are dropped here. Tracks are scored as they are; leaving some out is for the
# caller to decide.
def score_catalogue(
    context,
    context_album,
    context_artist,
    catalogue,
    catalogue_album,
    catalogue_artist,
    k,
    chunk_size=4096,
    pool="max",
):
    if k > len(catalogue):
        raise ValueError(k)
    best, indices = context.new_empty(0), torch.empty(0, dtype=torch.int64)
    for start in range(0, len(catalogue), chunk_size):
        part = slice(start, start + chunk_size)
        scores = affinity(
            catalogue[part],
            context,
            catalogue_album[part],
            context_album,
            catalogue_artist[part],
            context_artist,
            pool,
        ).masked_fill(torch.isin(catalogue_album[part], context_album), -1e9)
        places = torch.arange(start, start + len(scores))
        joined, where = torch.cat([best, scores]), torch.cat([indices, places])
        best, chosen = joined.topk(min(k, len(joined)))
        indices = where[chosen]
    return best, indices


# %% pool forgotten kind="misconception"
# The pool is not handed on, so that 'mean' gives the same as 'max'.
def score_catalogue(
    context,
    context_album,
    context_artist,
    catalogue,
    catalogue_album,
    catalogue_artist,
    k,
    chunk_size=4096,
    pool="max",
):
    if k > len(catalogue):
        raise ValueError(k)
    best, indices = context.new_empty(0), torch.empty(0, dtype=torch.int64)
    for start in range(0, len(catalogue), chunk_size):
        part = slice(start, start + chunk_size)
        scores = affinity(
            catalogue[part], context, catalogue_album[part], context_album, catalogue_artist[part], context_artist
        )
        places = torch.arange(start, start + len(scores))
        joined, where = torch.cat([best, scores]), torch.cat([indices, places])
        best, chosen = joined.topk(min(k, len(joined)))
        indices = where[chosen]
    return best, indices


# %% without the boosts kind="misconception"
# Only dot products are ranked here. Affinity has two boosts as well: call affinity with the ids.
def score_catalogue(
    context,
    context_album,
    context_artist,
    catalogue,
    catalogue_album,
    catalogue_artist,
    k,
    chunk_size=4096,
    pool="max",
):
    if k > len(catalogue):
        raise ValueError(k)
    best, indices = context.new_empty(0), torch.empty(0, dtype=torch.int64)
    for start in range(0, len(catalogue), chunk_size):
        part = slice(start, start + chunk_size)
        scores = (catalogue[part] @ context.T).amax(-1) if pool == "max" else (catalogue[part] @ context.T).mean(-1)
        places = torch.arange(start, start + len(scores))
        joined, where = torch.cat([best, scores]), torch.cat([indices, places])
        best, chosen = joined.topk(min(k, len(joined)))
        indices = where[chosen]
    return best, indices


# %% the last chunk left out kind="misconception"
# The catalogue is cut into full chunks only, and the tracks after the last full one are never seen. The last chunk
# may be shorter.
def score_catalogue(
    context,
    context_album,
    context_artist,
    catalogue,
    catalogue_album,
    catalogue_artist,
    k,
    chunk_size=4096,
    pool="max",
):
    if k > len(catalogue):
        raise ValueError(k)
    best, indices = context.new_empty(0), torch.empty(0, dtype=torch.int64)
    for start in range(0, max(len(catalogue) - chunk_size + 1, 1), chunk_size):
        part = slice(start, start + chunk_size)
        scores = affinity(
            catalogue[part],
            context,
            catalogue_album[part],
            context_album,
            catalogue_artist[part],
            context_artist,
            pool,
        )
        places = torch.arange(start, start + len(scores))
        joined, where = torch.cat([best, scores]), torch.cat([indices, places])
        best, chosen = joined.topk(min(k, len(joined)))
        indices = where[chosen]
    return best, indices


# %% one best too few kept kind="misconception"
# From each chunk the best k - 1 are kept beside the best one. That is enough only while the best are spread over the
# chunks.
def score_catalogue(
    context,
    context_album,
    context_artist,
    catalogue,
    catalogue_album,
    catalogue_artist,
    k,
    chunk_size=4096,
    pool="max",
):
    if k > len(catalogue):
        raise ValueError(k)
    best, indices = context.new_empty(0), torch.empty(0, dtype=torch.int64)
    for start in range(0, len(catalogue), chunk_size):
        part = slice(start, start + chunk_size)
        scores = affinity(
            catalogue[part],
            context,
            catalogue_album[part],
            context_album,
            catalogue_artist[part],
            context_artist,
            pool,
        )
        places = torch.arange(start, start + len(scores))
        joined, where = torch.cat([best, scores]), torch.cat([indices, places])
        best, chosen = joined.topk(min(max(k // 2, 1), len(joined)))
        indices = where[chosen]
    return best, indices


# %% the best of a chunk first, then joined kind="alternative"
def score_catalogue(
    context,
    context_album,
    context_artist,
    catalogue,
    catalogue_album,
    catalogue_artist,
    k,
    chunk_size=4096,
    pool="max",
):
    if k > catalogue.shape[0]:
        raise ValueError("k is larger than the catalogue")
    best = None
    for start in range(0, len(catalogue), chunk_size):
        stop = min(start + chunk_size, len(catalogue))
        scores = affinity(
            catalogue[start:stop],
            context,
            catalogue_album[start:stop],
            context_album,
            catalogue_artist[start:stop],
            context_artist,
            pool=pool,
        )
        values, places = scores.topk(min(k, stop - start))
        places = places + start
        if best is not None:
            values, places = torch.cat([best[0], values]), torch.cat([best[1], places])
            values, order = values.sort(descending=True)
            values, places = values[:k], places[order[:k]]
        best = values, places
    return best


# %% filled with minus infinity, by split kind="alternative"
def score_catalogue(
    context,
    context_album,
    context_artist,
    catalogue,
    catalogue_album,
    catalogue_artist,
    k,
    chunk_size=4096,
    pool="max",
):
    if k > len(catalogue):
        raise ValueError("too many")
    best = torch.full((k,), -math.inf, dtype=context.dtype)
    indices = torch.full((k,), -1)
    start = 0
    for c, a, r in zip(
        catalogue.split(chunk_size),
        catalogue_album.split(chunk_size),
        catalogue_artist.split(chunk_size),
        strict=True,
    ):
        scores = affinity(c, context, a, context_album, r, context_artist, pool)
        joined = torch.cat([best, scores.to(best.dtype)])
        where = torch.cat([indices, torch.arange(start, start + len(c))])
        best, chosen = torch.topk(joined, k)
        indices = where[chosen]
        start += len(c)
    return best, indices
