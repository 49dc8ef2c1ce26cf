import math

import torch

# The notebook defines these.
affinity = ...


# %% all scores at once kind="misconception" hidden_because="the result is right; only a probe that measures memory in the student's kernel can tell, and the docstring states the bound"
# The result is right, but the scores of all tracks are in memory at once: 1,000,000 for a million tracks, whatever
# `chunk_size` says. Check where you use it.
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


# %% scores of all chunks kept kind="misconception" hidden_because="the result is right; only a probe that measures memory in the student's kernel can tell, and the docstring states the bound"
# The catalogue is scored in chunks, but all scores are kept to the end: 1,000,000 for a million tracks and k = 10.
# Think about what you need to remember from one chunk to the next.
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


# %% indices within the chunk kind="misconception"
# The indices count from the start of each chunk: in chunks of 4, track 5 gets the index 1. They should count from the
# start of the catalogue. Check what an index refers to.
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


# %% only the last chunk ranked kind="misconception"
# Each chunk replaces the best tracks found before it: with 10 tracks in chunks of 4, only tracks 8 and 9 are ranked.
# Think about which tracks a new chunk has to compete with.
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


# %% k not checked kind="misconception"
# When k is larger than the catalogue, as with k = 5 and 3 tracks, 3 tracks come back, without an error. Check in the
# docstring what should happen.
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


# %% worst first kind="misconception"
# The k best tracks are in ascending order: scores of 3, 7 and 9 instead of 9, 7 and 3. Check the order that the
# docstring asks for.
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


# %% albums of the context excluded kind="misconception"
# Tracks whose album occurs in the context are pushed to the end: a track of album 7 with the highest score comes last
# if album 7 is in the context. The caller decides which tracks to leave out. Check what the docstring says about the
# context.
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


# %% pool not passed on kind="misconception"
# `pool` has no effect: 'mean' gives the same result as 'max'. Check what you pass on to `affinity`.
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


# %% no boosts kind="misconception"
# Only the pooled dot products are ranked: a track with product 1.95 and a known album should come before one with 2,
# and here it comes after it. Check in the docstring what the ranking is based on.
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


# %% incomplete chunk dropped kind="misconception"
# Tracks after the last full chunk are never scored: of 10 tracks in chunks of 4, the last two are missing. Check
# where your loop ends.
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


# %% too few tracks kept kind="misconception"
# After each chunk only half of k tracks are kept: with k = 4, 2 remain, so too few come back, and good ones from
# earlier chunks are lost. Check how many you keep from one chunk to the next.
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
# Only the best k of each chunk are joined with the best so far, so that at most 2 k numbers are sorted at a time.
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
