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


# %% normalise_duration: division by zero for equal tracks
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
