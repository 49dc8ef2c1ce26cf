"""Other right answers to lab 08: each earns full points."""

from course_grader.audit.variants import Alternative

ALTERNATIVES = [
    Alternative(
        "hash_bucket",
        "the operator alone",
        """
# Exercise: hash_bucket
def hash_bucket(ids, num_buckets=100_000):
    return ids % num_buckets
""",
    ),
    Alternative(
        "hash_bucket",
        "torch.remainder",
        """
# Exercise: hash_bucket
def hash_bucket(ids, num_buckets=100_000):
    return torch.remainder(ids, num_buckets)
""",
    ),
    Alternative(
        "hash_bucket",
        "by a quotient",
        """
# Exercise: hash_bucket
def hash_bucket(ids, num_buckets=100_000):
    return ids - torch.div(ids, num_buckets, rounding_mode="floor") * num_buckets
""",
    ),
    Alternative(
        "expected_collisions",
        "by logarithms",
        """
# Exercise: expected_collisions
def expected_collisions(num_ids, num_buckets):
    if num_buckets == 1:
        return float(num_ids) if num_ids > 1 else 0.0
    return -num_ids * math.expm1((num_ids - 1) * math.log1p(-1 / num_buckets))
""",
    ),
    Alternative(
        "expected_collisions",
        "those with a bucket of their own are taken away",
        """
# Exercise: expected_collisions
def expected_collisions(num_ids, num_buckets):
    alone = num_ids * ((num_buckets - 1) / num_buckets) ** (num_ids - 1)
    return num_ids - alone
""",
    ),
    Alternative(
        "TrackEncoder",
        "tables as bare parameters",
        """
# Exercise: TrackEncoder
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums = num_albums
        self.album_table = nn.Parameter(torch.randn(album_buckets, dim))
        self.artist_table = nn.Parameter(torch.randn(num_artists, dim))

    def forward(self, album, artist):
        return torch.cat([self.album_table[album % len(self.album_table)], self.artist_table[artist]], dim=-1)
""",
    ),
    Alternative(
        "TrackEncoder",
        "a dict of tables, and F.embedding",
        """
# Exercise: TrackEncoder
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums = num_albums
        self.tables = nn.ModuleDict(
            {"artist": nn.Embedding(num_artists, dim), "album": nn.Embedding(album_buckets, dim)}
        )

    def forward(self, album, artist):
        album = torch.remainder(album, self.tables["album"].num_embeddings)
        return torch.cat((F.embedding(album, self.tables["album"].weight), self.tables["artist"](artist)), -1)
""",
    ),
    Alternative(
        "affinity",
        "einsum and comparisons by broadcasting",
        """
# Exercise: affinity
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = torch.einsum("...f,cf->...c", candidates, context)
    pooled = products.max(dim=-1).values if pool == "max" else products.sum(dim=-1) / len(context)
    same_album = (candidate_album[..., None] == context_album).any(dim=-1)
    same_artist = (candidate_artist[..., None] == context_artist).any(dim=-1)
    return pooled + 0.1 * same_album.to(pooled.dtype) + 0.1 * same_artist.to(pooled.dtype)
""",
    ),
    Alternative(
        "affinity",
        "the mean as a dot product with the centre, boosts as an int",
        """
# Exercise: affinity
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
""",
    ),
    Alternative(
        "mean_triplet_loss",
        "clamp",
        """
# Exercise: mean_triplet_loss
def mean_triplet_loss(pos, neg, margin=1.0):
    gap = torch.mean(pos) - torch.mean(neg)
    return (margin - gap).clamp(min=0)
""",
    ),
    Alternative(
        "mean_triplet_loss",
        "softly written sums",
        """
# Exercise: mean_triplet_loss
def mean_triplet_loss(pos, neg, margin=1.0):
    return torch.relu(neg.sum() / neg.numel() - pos.sum() / pos.numel() + margin)
""",
    ),
    Alternative(
        "mean_triplet_loss",
        "margin_ranking_loss",
        """
# Exercise: mean_triplet_loss
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.margin_ranking_loss(pos.mean(), neg.mean(), torch.ones_like(pos.mean()), margin=margin)
""",
    ),
    Alternative(
        "extremal_triplet_loss",
        "the worst of all pairs",
        """
# Exercise: extremal_triplet_loss
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg[:, None] - pos).max()
""",
    ),
    Alternative(
        "extremal_triplet_loss",
        "sorted ends",
        """
# Exercise: extremal_triplet_loss
def extremal_triplet_loss(pos, neg, margin=1.0):
    worst, best = pos.sort().values[0], neg.sort(descending=True).values[0]
    return (best - worst + margin).clamp_min(0)
""",
    ),
    Alternative(
        "norm_penalty",
        "a tiny number under the root",
        """
# Exercise: norm_penalty
def norm_penalty(embeddings, max_norm):
    return F.relu((embeddings.square().sum(dim=-1) + 1e-12).sqrt() - max_norm).sum()
""",
    ),
    Alternative(
        "norm_penalty",
        "only the rows that are too long",
        """
# Exercise: norm_penalty
def norm_penalty(embeddings, max_norm):
    squares = embeddings.square().sum(dim=-1)
    long = squares > max_norm**2
    return (squares[long].sqrt() - max_norm).sum()
""",
    ),
    Alternative(
        "norm_penalty",
        "Tensor.norm and clamp",
        """
# Exercise: norm_penalty
def norm_penalty(embeddings, max_norm):
    return (embeddings.norm(dim=-1) - max_norm).clamp_min(0).sum()
""",
    ),
    Alternative(
        "self_affinity_loss",
        "the published form, one side flipped",
        """
# Exercise: self_affinity_loss
def self_affinity_loss(context, next_tracks, negatives):
    total = (
        F.relu(0.5 - context @ context.flip(0).T).mean() + F.relu(0.5 - next_tracks @ next_tracks.flip(0).T).mean()
    )
    return total + F.relu(negatives @ negatives.flip(0).T).mean()
""",
    ),
    Alternative(
        "self_affinity_loss",
        "einsum and clamp",
        """
# Exercise: self_affinity_loss
def self_affinity_loss(context, next_tracks, negatives):
    def gram(x):
        return torch.einsum("id,jd->ij", x, x)

    near = (0.5 - gram(context)).clamp_min(0).mean() + (0.5 - gram(next_tracks)).clamp_min(0).mean()
    return near + gram(negatives).clamp_min(0).mean()
""",
    ),
    Alternative(
        "normalise_duration",
        "5% and 95% quantiles",
        """
# Exercise: normalise_duration
def normalise_duration(milliseconds):
    x = milliseconds.double()
    low, high = x.quantile(0.05), x.quantile(0.95)
    return ((x - low) / (high - low).clamp_min(1.0)).clamp(0, 1).float()
""",
    ),
    Alternative(
        "normalise_duration",
        "number of shorter tracks",
        """
# Exercise: normalise_duration
def normalise_duration(milliseconds):
    return (milliseconds[:, None] > milliseconds).float().mean(dim=1)
""",
    ),
    Alternative(
        "normalise_duration",
        "median and quartiles through a sigmoid",
        """
# Exercise: normalise_duration
def normalise_duration(milliseconds):
    x = milliseconds.double()
    low, middle, high = (x.quantile(q) for q in (0.25, 0.5, 0.75))
    return torch.sigmoid((x - middle) / (high - low).clamp_min(1.0)).float()
""",
    ),
    Alternative(
        "normalise_duration",
        "5% and 95% quantiles of the logarithm",
        """
# Exercise: normalise_duration
def normalise_duration(milliseconds):
    x = milliseconds.double().clamp_min(1).log()
    low, high = x.quantile(0.05), x.quantile(0.95)
    return (x.clamp(low, high) - low) / (high - low).clamp_min(1e-6)
""",
    ),
    Alternative(
        "normalise_duration",
        "a fixed scale of ten minutes",
        """
# Exercise: normalise_duration
def normalise_duration(milliseconds):
    return (milliseconds / 600_000).clamp(0, 1)
""",
    ),
    Alternative(
        "score_catalogue",
        "the best of a chunk first, then joined",
        """
# Exercise: score_catalogue
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
""",
    ),
    Alternative(
        "score_catalogue",
        "filled with minus infinity, by split",
        """
# Exercise: score_catalogue
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
""",
    ),
    Alternative(
        "recall_at_k",
        "a count over the relevant items",
        """
# Exercise: recall_at_k
def recall_at_k(ranked, relevant, k):
    if len(relevant) == 0:
        raise ValueError("recall needs a relevant item")
    top = set(ranked[:k])
    return sum(1 for item in relevant if item in top) / len(relevant)
""",
    ),
    Alternative(
        "recall_at_k",
        "a loop with a memory",
        """
# Exercise: recall_at_k
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    left, hits = set(relevant), 0
    for item in list(ranked)[:k]:
        if item in left:
            left.remove(item)
            hits += 1
    return hits / len(relevant)
""",
    ),
    Alternative(
        "ndcg_at_k",
        "two sums",
        """
# Exercise: ndcg_at_k
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    top = list(ranked[:k])
    hits = [i for i, item in enumerate(top) if item in relevant and item not in top[:i]]
    return sum(1 / math.log2(i + 2) for i in hits) / sum(1 / math.log2(i + 2) for i in range(min(k, len(relevant))))
""",
    ),
    Alternative(
        "ndcg_at_k",
        "by tensors",
        """
# Exercise: ndcg_at_k
def ndcg_at_k(ranked, relevant, k):
    if len(relevant) == 0:
        raise ValueError("nothing is relevant")
    size = max(k, len(relevant))
    discount = 1 / torch.log2(torch.arange(2, size + 2, dtype=torch.float64))
    left, gains = set(relevant), torch.zeros(size, dtype=torch.float64)
    for place, item in enumerate(ranked[:k]):
        if item in left:
            gains[place] = 1
            left.discard(item)
    return ((gains * discount).sum() / discount[: min(k, len(relevant))].sum()).item()
""",
    ),
]
