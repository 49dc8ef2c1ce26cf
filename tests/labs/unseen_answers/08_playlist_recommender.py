# %% hash_bucket: quotient instead of remainder
def hash_bucket(ids, num_buckets=100_000):
    return torch.div(ids, num_buckets, rounding_mode="floor")


# %% hash_bucket: buckets counted from 1
def hash_bucket(ids, num_buckets=100_000):
    return torch.remainder(ids, num_buckets) + 1


# %% expected_collisions: ids that are alone
def expected_collisions(num_ids, num_buckets):
    p_alone = ((num_buckets - 1) / num_buckets) ** (num_ids - 1)
    return num_ids * p_alone


# %% expected_collisions: pairs counted
def expected_collisions(num_ids, num_buckets):
    return math.comb(num_ids, 2) / num_buckets


# %% mean_triplet_loss: no hinge
def mean_triplet_loss(pos, neg, margin=1.0):
    return torch.mean(neg) - torch.mean(pos) + margin


# %% mean_triplet_loss: positives and negatives swapped
def mean_triplet_loss(pos, neg, margin=1.0):
    return torch.clamp(pos.mean() - neg.mean() + margin, min=0.0)


# %% extremal_triplet_loss: easiest of each side
def extremal_triplet_loss(pos, neg, margin=1.0):
    hardest = neg.sort().values[0] - pos.sort().values[-1]
    return torch.relu(hardest + margin)


# %% extremal_triplet_loss: means instead of extremes
def extremal_triplet_loss(pos, neg, margin=1.0):
    return torch.relu(neg.mean() - pos.mean() + margin)


# %% extremal_triplet_loss: margin fixed at 1 | no hinge | -
def extremal_triplet_loss(pos, neg, margin=1.0):
    return 1 + neg.max() - pos.min()


# %% norm_penalty: mean instead of sum
def norm_penalty(embeddings, max_norm):
    n = embeddings.norm(p=2, dim=1)
    return torch.clamp(n - max_norm, min=0).sum() / len(n)


# %% norm_penalty: squared norms | -
def norm_penalty(embeddings, max_norm):
    return torch.relu((embeddings**2).sum(1) - max_norm**2).sum()


# %% self_affinity_loss: negatives pulled together
def self_affinity_loss(context, next_tracks, negatives):
    total = 0
    for g in (context, next_tracks, negatives):
        total = total + torch.relu(0.5 - torch.matmul(g, g.t())).mean()
    return total


# %% self_affinity_loss: sums instead of means
def self_affinity_loss(context, next_tracks, negatives):
    a = torch.clamp(0.5 - context @ context.T, min=0).sum()
    b = torch.clamp(0.5 - next_tracks @ next_tracks.T, min=0).sum()
    c = torch.clamp(negatives @ negatives.T, min=0).sum()
    return a + b + c


# %% recall_at_k: divided by k
def recall_at_k(ranked, relevant, k):
    if len(relevant) == 0:
        raise ValueError("nothing relevant")
    return len(set(ranked[:k]).intersection(relevant)) / k


# %% recall_at_k: 0 instead of an error
def recall_at_k(ranked, relevant, k):
    if len(relevant) == 0:
        return 0.0
    found = {x for x in ranked[:k] if x in relevant}
    return len(found) / len(relevant)


# %% recall_at_k: repeats count
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing relevant")
    n = 0
    for x in ranked[:k]:
        if x in relevant:
            n += 1
    return n / len(relevant)


# %% ndcg_at_k: natural logarithm
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("empty")
    seen, dcg = set(), 0.0
    for i, x in enumerate(ranked[:k]):
        if x in relevant and x not in seen:
            dcg += 1 / math.log(i + 2)
        seen.add(x)
    return dcg / sum(1 / math.log2(i + 2) for i in range(min(k, len(relevant))))


# %% affinity: no boosts
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    s = torch.matmul(candidates, context.t())
    if pool == "max":
        return s.max(-1)[0]
    if pool == "mean":
        return s.mean(-1)
    raise ValueError("pool")


# %% normalise_duration: smallest to largest
def normalise_duration(milliseconds):
    x = milliseconds.float()
    lo, hi = x.min(), x.max()
    return (x - lo) / (hi - lo).clamp(min=1)


# %% normalise_duration: division by zero for equal tracks | smallest to largest
def normalise_duration(milliseconds):
    x = milliseconds.double()
    return (x - x.min()) / (x.max() - x.min())


# %% TrackEncoder: artist first
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums = num_albums
        self.album_buckets = album_buckets
        self.album_table = nn.Embedding(album_buckets, dim)
        self.artist_table = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        a = self.artist_table(artist)
        b = self.album_table(hash_bucket(album, self.album_buckets))
        return torch.concat((a, b), -1)


# %% recall_at_k: percentage instead of share
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("empty")
    return 100.0 * sum(1 for r in relevant if r in ranked[:k]) / len(relevant)


# %% recall_at_k: hit or miss
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("empty")
    return float(any(x in relevant for x in ranked[:k]))


# %% recall_at_k: -
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("empty")
    return len(set(ranked[-k:]) & relevant) / len(relevant)


# %% ndcg_at_k: no discount
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("empty")
    hits = len(set(ranked[:k]) & set(relevant))
    return hits / min(k, len(relevant))


# %% hash_bucket: always 100,000 buckets
def hash_bucket(ids, num_buckets=100_000):
    return torch.fmod(ids, 100000)


# %% norm_penalty: L1 norm
def norm_penalty(embeddings, max_norm):
    return torch.clamp(embeddings.abs().sum(1) - max_norm, min=0).sum()


# %% norm_penalty: -
def norm_penalty(embeddings, max_norm):
    return torch.relu(embeddings - max_norm).sum()


# %% mean_triplet_loss: margin fixed at 1
def mean_triplet_loss(pos, neg, margin=1.0):
    return torch.maximum(torch.tensor(0.0), 1.0 + torch.mean(neg) - torch.mean(pos))


# %% mean_triplet_loss: sums instead of means
def mean_triplet_loss(pos, neg, margin=1.0):
    return torch.relu(torch.sum(neg) - torch.sum(pos) + margin)


# %% affinity: one boost for both
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    s = candidates @ context.T
    if pool == "max":
        s = s.max(-1).values
    elif pool == "mean":
        s = s.mean(-1)
    else:
        raise ValueError(pool)
    same = (candidate_album[..., None] == context_album).any(-1) | (candidate_artist[..., None] == context_artist).any(
        -1
    )
    return torch.where(same, s + 0.1, s)


# %% hash_bucket: clamped
def hash_bucket(ids, num_buckets=100_000):
    last = torch.full_like(ids, num_buckets - 1)
    return torch.minimum(ids, last)


# %% hash_bucket: one bucket never used
def hash_bucket(ids, num_buckets=100_000):
    n = num_buckets - 1 if num_buckets > 1 else 1
    return torch.remainder(ids, n)


# %% hash_bucket: -
def hash_bucket(ids, num_buckets=100_000):
    return (ids * 2654435761) % num_buckets


# %% hash_bucket: -
def hash_bucket(ids, num_buckets=100_000):
    return torch.tensor([hash(str(i)) % num_buckets for i in ids.flatten().tolist()]).reshape(ids.shape)


# %% expected_collisions: ids that collide with themselves
def expected_collisions(num_ids, num_buckets):
    free = ((num_buckets - 1) / num_buckets) ** num_ids
    return num_ids - num_ids * free


# %% expected_collisions: first id in a bucket not counted
def expected_collisions(num_ids, num_buckets):
    empty = num_buckets * math.pow(1 - 1 / num_buckets, num_ids)
    used = num_buckets - empty
    return num_ids - used


# %% expected_collisions: -
def expected_collisions(num_ids, num_buckets):
    return num_buckets * (1 - (1 - 1 / num_buckets) ** (num_ids - 1))


# %% expected_collisions: -
def expected_collisions(num_ids, num_buckets):
    return num_ids / num_buckets


# %% TrackEncoder: num_albums not stored
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.n_buckets = album_buckets
        self.emb_album = nn.Embedding(num_embeddings=album_buckets, embedding_dim=dim)
        self.emb_artist = nn.Embedding(num_embeddings=num_artists, embedding_dim=dim)

    def forward(self, album, artist):
        bucket = torch.remainder(album, self.n_buckets)
        return torch.cat((self.emb_album(bucket), self.emb_artist(artist)), dim=-1)


# %% TrackEncoder: joined along the first axis
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums = num_albums
        self.a = nn.Embedding(album_buckets, dim)
        self.b = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.concat((self.a(hash_bucket(album, self.a.num_embeddings)), self.b(artist)), 0)


# %% TrackEncoder: -
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums = num_albums
        self.a = nn.Embedding(album_buckets, dim)
        self.b = nn.Embedding(num_artists, dim)
        self.out = nn.Linear(2 * dim, 2 * dim)

    def forward(self, album, artist):
        return self.out(torch.cat((self.a(hash_bucket(album, self.a.num_embeddings)), self.b(artist)), -1))


# %% TrackEncoder: -
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums = num_albums
        self.a = nn.Embedding(album_buckets, dim)
        self.b = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        rows = torch.cat((self.a(hash_bucket(album, self.a.num_embeddings)), self.b(artist)), -1)
        return F.normalize(rows, dim=-1)


# %% affinity: boost for every match
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool == "max":
        base = (candidates @ context.T).max(dim=-1)[0]
    elif pool == "mean":
        base = (candidates @ context.T).mean(dim=-1)
    else:
        raise ValueError(f"unknown pool {pool}")
    for i in range(len(context)):
        base = base + 0.1 * (candidate_album == context_album[i])
        base = base + 0.1 * (candidate_artist == context_artist[i])
    return base


# %% affinity: cosine similarity
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in {"max", "mean"}:
        raise ValueError("unknown pool")
    s = F.cosine_similarity(candidates.unsqueeze(-2), context, dim=-1)
    s = s.amax(dim=-1) if pool == "max" else s.mean(dim=-1)
    s = s + 0.1 * torch.isin(candidate_album, context_album) + 0.1 * torch.isin(candidate_artist, context_artist)
    return s


# %% affinity: unknown pool taken as mean
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    dots = torch.einsum("...f,cf->...c", candidates, context)
    score = dots.mean(-1)
    if pool == "max":
        score = dots.max(-1).values
    score = score + torch.isin(candidate_album, context_album) * 0.1
    return score + torch.isin(candidate_artist, context_artist) * 0.1


# %% affinity: -
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    dots = candidates @ context.T
    same_album = candidate_album.unsqueeze(-1) == context_album
    same_artist = candidate_artist.unsqueeze(-1) == context_artist
    dots = dots + 0.1 * same_album + 0.1 * same_artist
    if pool == "max":
        return dots.amax(-1)
    if pool == "mean":
        return dots.mean(-1)
    raise ValueError(pool)


# %% affinity: -
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    dots = candidates @ context.T
    if pool == "max":
        score = dots.amax(-1)
    elif pool == "mean":
        score = dots.mean(-1)
    else:
        raise ValueError(pool)
    boost = 0.1 * torch.isin(candidate_album, context_album) + 0.1 * torch.isin(candidate_artist, context_artist)
    return score * (1 + boost)


# %% affinity: -
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    dots = candidates @ context.T
    if pool == "max":
        score = dots.amax(-1)
    elif pool == "mean":
        score = dots.mean(-1)
    else:
        return "unknown pool"
    boost = 0.1 * torch.isin(candidate_album, context_album) + 0.1 * torch.isin(candidate_artist, context_artist)
    return score + boost


# %% mean_triplet_loss: absolute value instead of a hinge
def mean_triplet_loss(pos, neg, margin=1.0):
    return torch.abs(pos.mean() - neg.mean() - margin)


# %% mean_triplet_loss: -
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.softplus(margin + neg.mean() - pos.mean())


# %% extremal_triplet_loss: lowest negative
def extremal_triplet_loss(pos, neg, margin=1.0):
    gap = torch.amin(neg) - torch.amin(pos)
    return torch.clamp_min(margin + gap, 0.0)


# %% extremal_triplet_loss: mean over all pairs
def extremal_triplet_loss(pos, neg, margin=1.0):
    pairs = margin + neg.unsqueeze(0) - pos.unsqueeze(1)
    return pairs.clamp(min=0).mean()


# %% extremal_triplet_loss: -
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg[:, None] - pos).sum()


# %% extremal_triplet_loss: -
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg.max() - pos.mean())


# %% norm_penalty: absolute difference
def norm_penalty(embeddings, max_norm):
    n = embeddings.norm(dim=1)
    return F.l1_loss(n, torch.full_like(n, max_norm), reduction="sum")


# %% norm_penalty: -
def norm_penalty(embeddings, max_norm):
    n = embeddings.norm(dim=-1)
    return (F.relu(n - max_norm) ** 2).sum()


# %% self_affinity_loss: only the diagonal
def self_affinity_loss(context, next_tracks, negatives):
    a = F.relu(0.5 - context.pow(2).sum(1)).mean()
    b = F.relu(0.5 - next_tracks.pow(2).sum(1)).mean()
    c = F.relu(negatives.pow(2).sum(1)).mean()
    return a + b + c


# %% self_affinity_loss: next tracks left out
def self_affinity_loss(context, next_tracks, negatives):
    pull = torch.relu(0.5 - torch.mm(context, context.t())).mean()
    push = torch.relu(torch.mm(negatives, negatives.t())).mean()
    return torch.add(pull, push)


# %% self_affinity_loss: -
def self_affinity_loss(context, next_tracks, negatives):
    parts = [F.relu(0.5 - context @ context.T).mean(), F.relu(0.5 - next_tracks @ next_tracks.T).mean()]
    parts.append(F.relu(negatives @ negatives.T).mean())
    return torch.stack(parts).mean()


# %% self_affinity_loss: -
def self_affinity_loss(context, next_tracks, negatives):
    a, b, c = (F.normalize(x, dim=1) for x in (context, next_tracks, negatives))
    return F.relu(0.5 - a @ a.T).mean() + F.relu(0.5 - b @ b.T).mean() + F.relu(c @ c.T).mean()


# %% normalise_duration: divided by the largest
def normalise_duration(milliseconds):
    longest = max(milliseconds.tolist())
    return milliseconds.float() / longest


# %% normalise_duration: -
def normalise_duration(milliseconds):
    x = milliseconds.double()
    return torch.softmax(x / x.mean(), dim=0)


# %% score_catalogue: worst first
def score_catalogue(
    context, context_album, context_artist, catalogue, catalogue_album, catalogue_artist, k, chunk_size=4096, pool="max"
):
    if k > catalogue.shape[0]:
        raise ValueError("k")
    v, i = torch.empty(0, dtype=catalogue.dtype), torch.empty(0, dtype=torch.long)
    for s in range(0, len(catalogue), chunk_size):
        e = s + chunk_size
        sc = affinity(
            catalogue[s:e], context, catalogue_album[s:e], context_album, catalogue_artist[s:e], context_artist, pool
        )
        v, i = torch.cat([v, sc]), torch.cat([i, torch.arange(s, s + len(sc))])
        order = v.argsort()[-k:]
        v, i = v[order], i[order]
    return v, i


# %% score_catalogue: k not checked
def score_catalogue(
    context, context_album, context_artist, catalogue, catalogue_album, catalogue_artist, k, chunk_size=4096, pool="max"
):
    v, i = [], []
    for s in range(0, len(catalogue), chunk_size):
        e = min(s + chunk_size, len(catalogue))
        sc = affinity(
            catalogue[s:e], context, catalogue_album[s:e], context_album, catalogue_artist[s:e], context_artist, pool
        )
        top = torch.topk(sc, min(k, e - s))
        v = torch.cat([*([v] if len(v) else []), top.values])
        i = torch.cat([*([i] if len(i) else []), top.indices + s])
        order = v.argsort(descending=True)[:k]
        v, i = v[order], i[order]
    return v, i


# %% score_catalogue: -
def score_catalogue(
    context, context_album, context_artist, catalogue, catalogue_album, catalogue_artist, k, chunk_size=4096, pool="max"
):
    if len(catalogue) < k:
        raise ValueError("k")
    v, i = [], []
    for s in range(0, len(catalogue), chunk_size):
        e = s + chunk_size
        sc = affinity(
            catalogue[s:e], context, catalogue_album[s:e], context_album, catalogue_artist[s:e], context_artist, pool
        )
        top = sc.topk(min(k, len(sc)))
        v.append(top.values)
        i.append(top.indices + s)
    return torch.cat(v)[:k], torch.cat(i)[:k]


# %% score_catalogue: -
def score_catalogue(
    context, context_album, context_artist, catalogue, catalogue_album, catalogue_artist, k, chunk_size=4096, pool="max"
):
    if len(catalogue) < k:
        raise ValueError("k")
    v, i = torch.full((k,), -math.inf, dtype=catalogue.dtype), torch.zeros(k, dtype=torch.long)
    for s in range(0, len(catalogue), chunk_size):
        e = s + chunk_size
        sc = affinity(
            catalogue[s:e], context, catalogue_album[s:e], context_album, catalogue_artist[s:e], context_artist, pool
        )
        v, order = torch.cat([v, sc]).topk(k)
        i = torch.cat([i, torch.arange(s, s + len(sc))])[order]
    return i, v


# %% recall_at_k: divided by the most possible hits
def recall_at_k(ranked, relevant, k):
    if len(relevant) == 0:
        raise ValueError("none")
    hits = len({x for x in ranked[:k] if x in relevant})
    return hits / min(len(relevant), k)


# %% recall_at_k: repeats removed before counting
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("none")
    unique = []
    for item in ranked:
        if item not in unique:
            unique.append(item)
    return sum(item in relevant for item in unique[:k]) / len(relevant)


# %% recall_at_k: -
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("none")
    return len(set(ranked[:k]) & relevant) / len(ranked)


# %% recall_at_k: -
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("none")
    return len(set(ranked[:k]) & relevant)


# %% ndcg_at_k: ideal of all relevant items
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("none")
    dcg, done = 0.0, []
    for i in range(min(k, len(ranked))):
        if ranked[i] in relevant and ranked[i] not in done:
            dcg += 1.0 / math.log2(i + 2)
            done.append(ranked[i])
    idcg = sum([1.0 / math.log2(i + 2) for i in range(len(relevant))])
    return dcg / idcg


# %% ndcg_at_k: repeats gain
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("none")
    dcg = sum(1 / math.log2(i + 2) for i, x in enumerate(ranked[:k]) if x in relevant)
    return dcg / sum(1 / math.log2(i + 2) for i in range(min(k, len(relevant))))


# %% ndcg_at_k: -
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("none")
    dcg, left = 0.0, set(relevant)
    for i, x in enumerate(ranked[:k]):
        if x in left:
            dcg += 1 / (i + 1)
            left.remove(x)
    return dcg / sum(1 / (i + 1) for i in range(min(k, len(relevant))))


# %% self_affinity_loss: right
def self_affinity_loss(context, next_tracks, negatives):
    """In float64 throughout, and left there."""
    context, next_tracks, negatives = (each.double() for each in (context, next_tracks, negatives))
    near = [(0.5 - group @ group.T).clamp(min=0).mean() for group in (context, next_tracks)]
    return near[0] + near[1] + (negatives @ negatives.T).clamp(min=0).mean()


# %% hash_bucket: negative buckets
def hash_bucket(ids, num_buckets=100_000):
    return torch.fmod(ids, num_buckets)


# %% hash_bucket: floating-point ids | -
def hash_bucket(ids, num_buckets=100_000):
    return (ids.float() % num_buckets).long()


# %% expected_collisions: approximation for rare collisions | -
def expected_collisions(num_ids, num_buckets):
    return num_ids * (1 - math.exp(-(num_ids - 1) / num_buckets))


# %% expected_collisions: approximation for rare collisions
def expected_collisions(num_ids, num_buckets):
    return num_ids * (num_ids - 1) / num_buckets


# %% TrackEncoder: fewer rows with few albums
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums = num_albums
        self.buckets = min(num_albums, album_buckets)
        self.album = nn.Embedding(self.buckets, dim)
        self.artist = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.cat([self.album(hash_bucket(album, self.buckets)), self.artist(artist)], dim=-1)


# %% TrackEncoder: -
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums = num_albums
        self.album_buckets = album_buckets
        self.albums = nn.Embedding(album_buckets, dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        a = self.albums(hash_bucket(album, self.album_buckets))
        b = self.artists(artist)
        return F.normalize(torch.cat([a, b], dim=-1), dim=-1)


# %% TrackEncoder: raw album id as the row | -
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums = num_albums
        self.albums = nn.Embedding(album_buckets, dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.cat([self.albums(hash_bucket(album)), self.artists(artist)], dim=-1)


# %% affinity: boost for every match | -
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    scores = candidates @ context.T
    scores = scores + 0.1 * (candidate_album[..., None] == context_album)
    scores = scores + 0.1 * (candidate_artist[..., None] == context_artist)
    if pool == "max":
        return scores.max(dim=-1).values
    if pool == "mean":
        return scores.mean(dim=-1)
    raise ValueError(pool)


# %% affinity: -
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    scores = candidates @ context.T
    if pool == "max":
        pooled = scores.max(dim=-1).values
    elif pool == "mean":
        pooled = scores.mean(dim=-1)
    else:
        raise ValueError(pool)
    pooled = torch.where(torch.isin(candidate_album, context_album), pooled * 1.1, pooled)
    return torch.where(torch.isin(candidate_artist, context_artist), pooled * 1.1, pooled)


# %% mean_triplet_loss: mean of hinges
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg[None, :] - pos[:, None]).mean()


# %% mean_triplet_loss: -
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.softplus(margin + neg.mean() - pos.mean())


# %% extremal_triplet_loss: best positive
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg.max() - pos.max())


# %% norm_penalty: -
def norm_penalty(embeddings, max_norm):
    norms = torch.sqrt((embeddings**2).sum(dim=1) + 1e-12)
    return (F.relu(norms - max_norm) ** 2).sum()


# %% norm_penalty: one norm for the whole table
def norm_penalty(embeddings, max_norm):
    return F.relu(embeddings.norm() - max_norm)


# %% self_affinity_loss: diagonal left out
def self_affinity_loss(context, next_tracks, negatives):
    def off_diagonal(x):
        s = x @ x.T
        return s[~torch.eye(len(x), dtype=torch.bool)]

    pull = F.relu(0.5 - off_diagonal(context)).mean() + F.relu(0.5 - off_diagonal(next_tracks)).mean()
    return pull + F.relu(off_diagonal(negatives)).mean()


# %% self_affinity_loss: -
def self_affinity_loss(context, next_tracks, negatives):
    pull = F.relu(0.5 - context @ context.T).mean() + F.relu(0.5 - next_tracks @ next_tracks.T).mean()
    return pull + F.relu(negatives @ context.T).mean()


# %% normalise_duration: different ranks for equal tracks
def normalise_duration(milliseconds):
    x = milliseconds.float()
    return x.argsort().argsort().float() / max(len(x) - 1, 1)


# %% normalise_duration: sigmoid of standardised values
def normalise_duration(milliseconds):
    x = milliseconds.float()
    z = (x - x.mean()) / (x.std() + 1e-6)
    return torch.sigmoid(z)


# %% normalise_duration: right
def normalise_duration(milliseconds):
    return (milliseconds.float() / 600_000).clamp(0, 1)


# %% score_catalogue: -
def score_catalogue(
    context, context_album, context_artist, catalogue, catalogue_album, catalogue_artist, k, chunk_size=4096, pool="max"
):
    if k > len(catalogue):
        raise ValueError("k is too large")
    scores, indices = [], []
    for start in range(0, len(catalogue), chunk_size):
        stop = start + chunk_size
        s = affinity(
            catalogue[start:stop],
            context,
            catalogue_album[start:stop],
            context_album,
            catalogue_artist[start:stop],
            context_artist,
            pool,
        )
        top = s.topk(min(k, len(s)))
        scores.append(top.values)
        indices.append(top.indices + start)
    return torch.cat(scores)[:k], torch.cat(indices)[:k]


# %% recall_at_k: -
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    top = ranked[:k]
    return len(set(top) & relevant) / len(top)


# %% ndcg_at_k: ideal made of the hits
def ndcg_at_k(ranked, relevant, k):
    if len(relevant) == 0:
        raise ValueError("nothing is relevant")
    seen, gains = set(), []
    for item in ranked[:k]:
        gains.append(1.0 if item in relevant and item not in seen else 0.0)
        seen.add(item)
    dcg = sum(g / math.log2(i + 2) for i, g in enumerate(gains))
    ideal = sum(g / math.log2(i + 2) for i, g in enumerate(sorted(gains, reverse=True)))
    return dcg / ideal if ideal else 0.0


# %% ndcg_at_k: discount shifted by one rank
def ndcg_at_k(ranked, relevant, k):
    if len(relevant) == 0:
        raise ValueError("nothing is relevant")
    seen, dcg = set(), 0.0
    for rank, item in enumerate(ranked[:k], start=1):
        if item in relevant and item not in seen:
            dcg += 1 / math.log2(rank + 2)
            seen.add(item)
    ideal = sum(1 / math.log2(rank + 2) for rank in range(1, min(k, len(relevant)) + 1))
    return dcg / ideal


# %% hash_bucket: right
def hash_bucket(ids, num_buckets=100_000):
    return ids - num_buckets * torch.div(ids, num_buckets, rounding_mode="floor")


# %% expected_collisions: right
def expected_collisions(num_ids, num_buckets):
    alone = ((num_buckets - 1) / num_buckets) ** (num_ids - 1)
    return float(num_ids - num_ids * alone)


# %% affinity: right
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    how = {"max": lambda s: s.amax(-1), "mean": lambda s: s.mean(-1)}
    if pool not in how:
        raise ValueError(f"unknown pool {pool!r}")
    products = torch.einsum("...f,cf->...c", candidates, context)
    result = how[pool](products)
    for mine, theirs in ((candidate_album, context_album), (candidate_artist, context_artist)):
        result = torch.where(torch.isin(mine, theirs), result + 0.1, result)
    return result


# %% norm_penalty: right
def norm_penalty(embeddings, max_norm):
    lengths = torch.linalg.vector_norm(embeddings, dim=-1)
    return torch.where(lengths > max_norm, lengths - max_norm, 0).sum()


# %% self_affinity_loss: right
def self_affinity_loss(context, next_tracks, negatives):
    total = 0
    for rows, pull in ((context, True), (next_tracks, True), (negatives, False)):
        values = torch.stack([(a * b).sum() for a in rows for b in rows])
        total = total + torch.clamp(0.5 - values if pull else values, min=0).mean()
    return total


# %% normalise_duration: right
def normalise_duration(milliseconds):
    x = milliseconds.double().contiguous()
    ordered = x.sort().values
    below = torch.searchsorted(ordered, x)
    up_to = torch.searchsorted(ordered, x, right=True)
    return ((below + up_to) / (2 * len(x))).float()


# %% score_catalogue: right
def score_catalogue(
    context, context_album, context_artist, catalogue, catalogue_album, catalogue_artist, k, chunk_size=4096, pool="max"
):
    import heapq

    if k > catalogue.shape[0]:
        raise ValueError("k")
    heap = []
    for start in range(0, len(catalogue), chunk_size):
        part = slice(start, start + chunk_size)
        scores = affinity(
            catalogue[part],
            context,
            catalogue_album[part],
            context_album,
            catalogue_artist[part],
            context_artist,
            pool=pool,
        )
        heap = heapq.nlargest(k, heap + [(s, start + i) for i, s in enumerate(scores.tolist())])
    values, places = zip(*heap)
    return torch.tensor(values, dtype=catalogue.dtype), torch.tensor(places)


# %% recall_at_k: right
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("relevant is empty")
    return sum(item in ranked[:k] for item in relevant) / len(relevant)


# %% ndcg_at_k: right
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("relevant is empty")
    head = list(ranked)[:k]
    ranks = sorted(head.index(item) + 1 for item in relevant if item in head)
    gain = lambda r: 1 / math.log2(1 + r)
    return sum(map(gain, ranks)) / sum(map(gain, range(1, 1 + min(k, len(relevant)))))


# %% extremal_triplet_loss: right
def extremal_triplet_loss(pos, neg, margin=1.0):
    return torch.maximum(torch.zeros((), dtype=pos.dtype), margin - (pos[:, None] - neg).min())


# %% TrackEncoder: right
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.register_buffer("rows", torch.tensor(album_buckets))
        self.num_albums = num_albums
        self.a = nn.Parameter(torch.randn(album_buckets, dim))
        self.b = nn.Parameter(torch.randn(num_artists, dim))

    def forward(self, album, artist):
        return (
            torch.hstack((self.a[album.remainder(self.rows)], self.b[artist]))
            if album.dim() == 1
            else torch.cat((self.a[album.remainder(self.rows)], self.b[artist]), -1)
        )


# %% ndcg_at_k: right
def ndcg_at_k(ranked, relevant, k):
    import numpy as np

    if not len(relevant):
        raise ValueError("no relevant items")
    first = [item not in ranked[:i] for i, item in enumerate(ranked[:k])]
    gains = np.array([float(new and item in relevant) for new, item in zip(first, ranked[:k])])
    discounts = 1 / np.log2(np.arange(2, k + 2))
    return float(gains @ discounts[: len(gains)] / discounts[: min(k, len(relevant))].sum())


# %% normalise_duration: right
def normalise_duration(milliseconds):
    x = milliseconds.to(torch.float64)
    low, high = torch.quantile(x, torch.tensor([0.02, 0.98], dtype=torch.float64))
    return torch.clip((x - low) / torch.clip(high - low, min=1.0), 0, 1)


# %% TrackEncoder: right
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.album_buckets = num_albums, album_buckets
        self.tables = nn.ModuleDict(
            {
                "album": nn.Embedding(album_buckets, dim, sparse=True),
                "artist": nn.Embedding(num_artists, dim, sparse=True),
            }
        )

    def forward(self, album, artist):
        rows = hash_bucket(album, self.album_buckets)
        return torch.cat((self.tables["album"](rows), self.tables["artist"](artist)), dim=-1)


# %% affinity: -
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    dots = candidates @ context.mean(dim=0) if pool == "mean" else candidates @ context.max(dim=0).values
    dots = dots + 0.1 * torch.isin(candidate_album, context_album)
    return dots + 0.1 * torch.isin(candidate_artist, context_artist)


# %% recall_at_k: -
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing relevant")
    hits = 0
    for item in relevant:
        if ranked.index(item) < k:
            hits += 1
    return hits / len(relevant)


# %% expected_collisions: right
def expected_collisions(num_ids, num_buckets):
    return (
        num_ids * -math.expm1((num_ids - 1) * math.log1p(-1 / num_buckets))
        if num_buckets > 1
        else (float(num_ids) if num_ids > 1 else 0.0)
    )


# %% TrackEncoder: right
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.tables = nn.ModuleDict(
            {"album": nn.Embedding(album_buckets, dim), "artist": nn.Embedding(num_artists, dim)}
        )

    def forward(self, album, artist):
        vectors = [self.tables["album"](hash_bucket(album, self.buckets)), self.tables["artist"](artist)]
        return torch.concat(vectors, dim=-1)


# %% TrackEncoder: right
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums = num_albums
        self.album = nn.Parameter(torch.randn(album_buckets, dim) * 0.1)
        self.artist = nn.Parameter(torch.randn(num_artists, dim) * 0.1)

    def forward(self, album, artist):
        return torch.cat([self.album[album % len(self.album)], F.embedding(artist, self.artist)], -1)


# %% affinity: right
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    scores = torch.einsum("...f,cf->...c", candidates, context)
    match pool:
        case "max":
            pooled = scores.amax(-1)
        case "mean":
            pooled = scores.mean(-1)
        case _:
            raise ValueError(f"pool: {pool!r}")
    same_album = (candidate_album.unsqueeze(-1) == context_album).any(-1)
    same_artist = (candidate_artist.unsqueeze(-1) == context_artist).any(-1)
    return pooled + 0.1 * same_album.to(pooled.dtype) + 0.1 * same_artist.to(pooled.dtype)


# %% affinity: right
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError("pool must be max or mean")
    dots = candidates @ context.t()
    out = dots.max(dim=-1).values if pool == "max" else dots.sum(-1) / context.shape[0]
    bonus = torch.isin(candidate_album, context_album).int() + torch.isin(candidate_artist, context_artist).int()
    return out + bonus.type_as(out) * 0.1


# %% affinity: boost for every match
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    dots = candidates @ context.T
    if pool == "max":
        out = dots.amax(-1)
    elif pool == "mean":
        out = dots.mean(-1)
    else:
        raise ValueError(pool)
    out = out + 0.1 * (candidate_album[..., None] == context_album).sum(-1)
    return out + 0.1 * (candidate_artist[..., None] == context_artist).sum(-1)


# %% mean_triplet_loss: right
def mean_triplet_loss(pos, neg, margin=1.0):
    gap = pos.mean() - neg.mean()
    return torch.maximum(margin - gap, torch.zeros_like(gap))


# %% mean_triplet_loss: right
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.margin_ranking_loss(pos.mean().view(1), neg.mean().view(1), torch.ones(1, dtype=pos.dtype), margin=margin)


# %% extremal_triplet_loss: right
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + (neg[None, :] - pos[:, None]).max())


# %% extremal_triplet_loss: right
def extremal_triplet_loss(pos, neg, margin=1.0):
    worst, best = pos.sort().values[0], neg.sort(descending=True).values[0]
    return (best - worst + margin).clamp(min=0)


# %% norm_penalty: right
def norm_penalty(embeddings, max_norm):
    return torch.relu(torch.linalg.vector_norm(embeddings, dim=1) - max_norm).sum()


# %% norm_penalty: right
def norm_penalty(embeddings, max_norm):
    norms = embeddings.norm(p=2, dim=-1)
    return (norms[norms > max_norm] - max_norm).sum()


# %% norm_penalty: right
def norm_penalty(embeddings, max_norm):
    squared = (embeddings**2).sum(1)
    over = squared > max_norm**2
    return (torch.sqrt(torch.where(over, squared, torch.ones_like(squared))) - max_norm).mul(over).sum()


# %% self_affinity_loss: right
def self_affinity_loss(context, next_tracks, negatives):
    def pull(v):
        return (0.5 - v @ v.T).clamp(min=0).mean()

    return sum([pull(context), pull(next_tracks), (negatives @ negatives.T).clamp(min=0).mean()])


# %% self_affinity_loss: right
def self_affinity_loss(context, next_tracks, negatives):
    grams = [torch.einsum("id,jd->ij", v, v) for v in (context, next_tracks, negatives)]
    terms = (0.5 - grams[0], 0.5 - grams[1], grams[2])
    return torch.stack([t.relu().sum() / t.numel() for t in terms]).sum()


# %% normalise_duration: right
def normalise_duration(milliseconds):
    x = torch.as_tensor(milliseconds).double()
    low, high = torch.quantile(x, 0.02), torch.quantile(x, 0.98)
    if high <= low:
        return torch.full_like(x, 0.5)
    return ((x - low) / (high - low)).clamp(0, 1)


# %% score_catalogue: right
def score_catalogue(
    context, context_album, context_artist, catalogue, catalogue_album, catalogue_artist, k, chunk_size=4096, pool="max"
):
    if k > len(catalogue):
        raise ValueError("k > N")
    top, ids = catalogue.new_empty(0), torch.empty(0, dtype=torch.long)
    for s in range(0, len(catalogue), chunk_size):
        part = slice(s, s + chunk_size)
        new = affinity(
            catalogue[part], context, catalogue_album[part], context_album, catalogue_artist[part], context_artist, pool
        )
        top = torch.cat([top, new])
        ids = torch.cat([ids, torch.arange(s, s + len(new))])
        order = top.argsort(descending=True)[:k]
        top, ids = top[order], ids[order]
    return top, ids


# %% recall_at_k: right
def recall_at_k(ranked, relevant, k):
    if len(relevant) == 0:
        raise ValueError("no relevant items")
    return len(relevant.intersection(ranked[:k])) / len(relevant)


# %% recall_at_k: repeats count
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError
    return sum(item in relevant for item in ranked[:k]) / len(relevant)


# %% ndcg_at_k: right
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("empty")
    left, gain = set(relevant), 0.0
    for r, item in enumerate(ranked[:k], start=2):
        if item in left:
            left.remove(item)
            gain += 1 / math.log2(r)
    best = sum(1 / math.log2(r) for r in range(2, 2 + min(k, len(relevant))))
    return gain / best


# %% ndcg_at_k: right
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError
    first = {}
    for place, item in enumerate(ranked[:k]):
        first.setdefault(item, place)
    discounts = [1 / math.log2(p + 2) for p in range(max(k, 1))]
    dcg = sum(discounts[place] for item, place in first.items() if item in relevant)
    return dcg / sum(discounts[: len(relevant)])
