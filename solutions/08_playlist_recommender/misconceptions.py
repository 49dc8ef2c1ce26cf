"""Wrong answers to lab 08 that students give, and what they read when their answer behaves like one of them."""

from course_grader.audit.variants import Misconception

HASH_BUCKET = [
    Misconception(
        "hash_bucket",
        "quotient instead of remainder",
        "// divides and drops the rest: neighbours share a bucket, and large ids get buckets that do not exist. "
        "The bucket is what is left over after the division.",
        """
# Exercise: hash_bucket
def hash_bucket(ids, num_buckets=100_000):
    return ids // num_buckets
""",
        also_affects=("TrackEncoder",),
    ),
    Misconception(
        "hash_bucket",
        "clamped",
        "All ids from num_buckets on end up in the last bucket. A remainder starts again at 0 instead, so that "
        "the ids are spread evenly.",
        """
# Exercise: hash_bucket
def hash_bucket(ids, num_buckets=100_000):
    return ids.clamp(max=num_buckets - 1)
""",
        also_affects=("TrackEncoder",),
    ),
    Misconception(
        "hash_bucket",
        "one bucket is never used",
        "Modulo num_buckets - 1 gives one bucket less than there are. The largest remainder of a division by m is "
        "m - 1 already.",
        """
# Exercise: hash_bucket
def hash_bucket(ids, num_buckets=100_000):
    return ids % max(num_buckets - 1, 1)
""",
        also_affects=("TrackEncoder",),
    ),
    Misconception(
        "hash_bucket",
        "buckets counted from 1",
        "The buckets are rows of a table, and rows count from 0. With 1 added the last bucket lies behind the end "
        "of the table.",
        """
# Exercise: hash_bucket
def hash_bucket(ids, num_buckets=100_000):
    return ids % num_buckets + 1
""",
        also_affects=("TrackEncoder",),
    ),
    Misconception(
        "hash_bucket",
        "always 100,000 buckets",
        "The number of buckets is an argument: 100,000 is only its default. Use the name, not the number.",
        """
# Exercise: hash_bucket
def hash_bucket(ids, num_buckets=100_000):
    return ids % 100_000
""",
        also_affects=("TrackEncoder",),
    ),
    Misconception(
        "hash_bucket",
        "in floating point",
        "Large ids lose their last digits in floats, so their remainders are wrong. Stay with integers: % works "
        "on integer tensors.",
        """
# Exercise: hash_bucket
def hash_bucket(ids, num_buckets=100_000):
    return (ids.float() % num_buckets).long()
""",
        also_affects=("TrackEncoder",),
    ),
    Misconception(
        "hash_bucket",
        "fmod and negative ids",
        "fmod keeps the sign of the id, so a negative id gets a negative bucket, a row that does not exist. % on "
        "tensors is never negative for a positive number of buckets.",
        """
# Exercise: hash_bucket
def hash_bucket(ids, num_buckets=100_000):
    return torch.fmod(ids, num_buckets)
""",
        also_affects=("TrackEncoder",),
    ),
    Misconception(
        "hash_bucket",
        "Python's int of the first id",
        "This takes one id out of the tensor and answers for that alone. The result has the shape of ids, with a "
        "bucket for each.",
        """
# Exercise: hash_bucket
def hash_bucket(ids, num_buckets=100_000):
    return torch.tensor(int(ids.reshape(-1)[0]) % num_buckets)
""",
        also_affects=("TrackEncoder",),
    ),
]

EXPECTED_COLLISIONS = [
    Misconception(
        "expected_collisions",
        "ids left over after each bucket has one",
        "This counts how many ids find their bucket taken, so that of two that share a bucket only one counts. "
        "Both of them share: count the ids that have company.",
        """
# Exercise: expected_collisions
def expected_collisions(num_ids, num_buckets):
    return num_ids - num_buckets * (1 - (1 - 1 / num_buckets) ** num_ids)
""",
    ),
    Misconception(
        "expected_collisions",
        "pairs",
        "This is the expected number of pairs that meet. Three ids in one bucket are three ids that collide; as "
        "pairs they would count differently. Count ids.",
        """
# Exercise: expected_collisions
def expected_collisions(num_ids, num_buckets):
    return num_ids * (num_ids - 1) / 2 / num_buckets
""",
    ),
    Misconception(
        "expected_collisions",
        "n instead of n - 1 others",
        "An id cannot collide with itself: the other n - 1 have to miss its bucket. With n a single id in one "
        "bucket would collide.",
        """
# Exercise: expected_collisions
def expected_collisions(num_ids, num_buckets):
    return num_ids * (1 - (1 - 1 / num_buckets) ** num_ids)
""",
    ),
    Misconception(
        "expected_collisions",
        "the share, not the number",
        "This is the probability that one id shares its bucket. The expected number of such ids is n times as large.",
        """
# Exercise: expected_collisions
def expected_collisions(num_ids, num_buckets):
    return 1 - (1 - 1 / num_buckets) ** (num_ids - 1)
""",
    ),
    Misconception(
        "expected_collisions",
        "those that are alone",
        "This is the expected number of ids that have a bucket for themselves. Asked is how many share.",
        """
# Exercise: expected_collisions
def expected_collisions(num_ids, num_buckets):
    return num_ids * (1 - 1 / num_buckets) ** (num_ids - 1)
""",
    ),
    Misconception(
        "expected_collisions",
        "consecutive ids",
        "This counts what the remainder does to the ids 0, 1, 2, ... The formula is for buckets drawn at random.",
        """
# Exercise: expected_collisions
def expected_collisions(num_ids, num_buckets):
    return float(max(0, num_ids - num_buckets))
""",
    ),
    Misconception(
        "expected_collisions",
        "rounded",
        "An expectation need not be a whole number: 3 ids in 2 buckets give 2.25. Do not round.",
        """
# Exercise: expected_collisions
def expected_collisions(num_ids, num_buckets):
    return float(round(num_ids * (1 - (1 - 1 / num_buckets) ** (num_ids - 1))))
""",
    ),
    Misconception(
        "expected_collisions",
        "the approximation by one division",
        "n (n - 1) / m is right only where collisions are rare. When they are frequent it exceeds the number of ids.",
        """
# Exercise: expected_collisions
def expected_collisions(num_ids, num_buckets):
    return num_ids * (num_ids - 1) / num_buckets
""",
    ),
]

TRACK_ENCODER = [
    Misconception(
        "TrackEncoder",
        "artist first",
        "The order is fixed: the album's numbers come first, then the artist's. Others who read your vectors rely "
        "on it.",
        """
# Exercise: TrackEncoder
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(album_buckets, dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.cat([self.artists(artist), self.albums(album % self.buckets)], dim=-1)
""",
    ),
    Misconception(
        "TrackEncoder",
        "a row for each album",
        "This table grows with the number of albums, which is what hashing is to avoid. It has album_buckets "
        "rows, and an album's row is that of its bucket.",
        """
# Exercise: TrackEncoder
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(num_albums, dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.cat([self.albums(album), self.artists(artist)], dim=-1)
""",
    ),
    Misconception(
        "TrackEncoder",
        "album id without its bucket",
        "Album ids go beyond the number of rows of the table: an IndexError. Look up the row of the id's bucket.",
        """
# Exercise: TrackEncoder
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(album_buckets, dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.cat([self.albums(album), self.artists(artist)], dim=-1)
""",
    ),
    Misconception(
        "TrackEncoder",
        "sum instead of concatenation",
        "Adding both rows gives dim numbers and mixes album and artist. They are joined side by side, which gives "
        "2 dim numbers.",
        """
# Exercise: TrackEncoder
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(album_buckets, dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return self.albums(album % self.buckets) + self.artists(artist)
""",
    ),
    Misconception(
        "TrackEncoder",
        "joined along the first axis",
        "cat without a dim joins along the first axis and puts artists below albums. The rows are joined along "
        "the last axis.",
        """
# Exercise: TrackEncoder
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(album_buckets, dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.cat([self.albums(album % self.buckets), self.artists(artist)])
""",
    ),
    Misconception(
        "TrackEncoder",
        "hashed artists too",
        "Artists are one-to-one: each has a row of its own. Hashed into the album's buckets, different artists "
        "share one.",
        """
# Exercise: TrackEncoder
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(album_buckets, dim)
        self.artists = nn.Embedding(album_buckets, dim)

    def forward(self, album, artist):
        return torch.cat([self.albums(album % self.buckets), self.artists(artist % self.buckets)], dim=-1)
""",
    ),
    Misconception(
        "TrackEncoder",
        "dim for both together",
        "Each table has dim numbers a row, so a track has 2 dim. Here both tables share dim.",
        """
# Exercise: TrackEncoder
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(album_buckets, dim // 2)
        self.artists = nn.Embedding(num_artists, dim // 2)

    def forward(self, album, artist):
        return torch.cat([self.albums(album % self.buckets), self.artists(artist)], dim=-1)
""",
    ),
    Misconception(
        "TrackEncoder",
        "a frozen artist table",
        "The artist's rows are taken without a graph, so this table never learns. Leave detach() and data away.",
        """
# Exercise: TrackEncoder
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(album_buckets, dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.cat([self.albums(album % self.buckets), self.artists(artist).detach()], dim=-1)
""",
    ),
    Misconception(
        "TrackEncoder",
        "num_albums forgotten",
        "The class does not keep num_albums. An attribute is kept by self.num_albums = num_albums in __init__.",
        """
# Exercise: TrackEncoder
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.buckets = album_buckets
        self.albums = nn.Embedding(album_buckets, dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.cat([self.albums(album % self.buckets), self.artists(artist)], dim=-1)
""",
    ),
    Misconception(
        "TrackEncoder",
        "as many rows as albums where these are few",
        "album_buckets alone sets the size of the table. With few albums some rows stay unused, and new albums "
        "will find a row there.",
        """
# Exercise: TrackEncoder
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(min(album_buckets, num_albums), dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.cat([self.albums(album % self.albums.num_embeddings), self.artists(artist)], dim=-1)
""",
    ),
]

AFFINITY = [
    Misconception(
        "affinity",
        "no boosts",
        "The dot products are there, the two boosts are not: 0.1 where the album occurs in the context, 0.1 where "
        "the artist does.",
        """
# Exercise: affinity
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = candidates @ context.T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    return pooled
""",
        also_affects=("score_catalogue",),
    ),
    Misconception(
        "affinity",
        "a boost for each match",
        "The boost grows with the number of context tracks that match. It is given once: the id occurs in the "
        "context or it does not.",
        """
# Exercise: affinity
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = candidates @ context.T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    boost = 0.1 * (candidate_album[..., None] == context_album).sum(-1) + 0.1 * (
        candidate_artist[..., None] == context_artist
    ).sum(-1)
    return pooled + boost
""",
        also_affects=("score_catalogue",),
    ),
    Misconception(
        "affinity",
        "one boost for both",
        "Album and artist each bring 0.1, so a track of a known album has 0.2. Here or joins the two into one.",
        """
# Exercise: affinity
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = candidates @ context.T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    known = torch.isin(candidate_album, context_album) | torch.isin(candidate_artist, context_artist)
    return pooled + 0.1 * known
""",
        also_affects=("score_catalogue",),
    ),
    Misconception(
        "affinity",
        "buckets compared",
        "Two albums that share a bucket are different albums. The boost compares raw ids, not what is left of "
        "them after hashing.",
        """
# Exercise: affinity
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = candidates @ context.T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    boost = 0.1 * torch.isin(candidate_album % 100_000, context_album % 100_000) + 0.1 * torch.isin(
        candidate_artist, context_artist
    )
    return pooled + boost
""",
        also_affects=("score_catalogue",),
    ),
    Misconception(
        "affinity",
        "albums compared with artists",
        "Album ids and artist ids are different numberings, and equal numbers mean nothing. Compare albums with "
        "albums and artists with artists.",
        """
# Exercise: affinity
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = candidates @ context.T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    boost = 0.1 * torch.isin(candidate_album, context_artist) + 0.1 * torch.isin(candidate_artist, context_album)
    return pooled + boost
""",
        also_affects=("score_catalogue",),
    ),
    Misconception(
        "affinity",
        "any other pool is the mean",
        "A misspelt pool silently becomes a mean, and you would never learn of it. Anything but 'max' and 'mean' "
        "raises ValueError.",
        """
# Exercise: affinity
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    products = candidates @ context.T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    boost = 0.1 * torch.isin(candidate_album, context_album) + 0.1 * torch.isin(candidate_artist, context_artist)
    return pooled + boost
""",
        also_affects=("score_catalogue",),
    ),
    Misconception(
        "affinity",
        "cosine instead of dot product",
        "The vectors are brought to length 1 first. Affinity takes raw dot products: a long vector may count more.",
        """
# Exercise: affinity
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = F.normalize(candidates, dim=-1) @ F.normalize(context, dim=-1).T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    boost = 0.1 * torch.isin(candidate_album, context_album) + 0.1 * torch.isin(candidate_artist, context_artist)
    return pooled + boost
""",
        also_affects=("score_catalogue",),
    ),
    Misconception(
        "affinity",
        "pooled over the candidates",
        "max or mean run over the wrong axis: over the candidates, not over the context. Each candidate keeps a "
        "number of its own.",
        """
# Exercise: affinity
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = context @ candidates.transpose(-1, -2) if candidates.dim() > 1 else context @ candidates
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    return pooled + 0.1
""",
        also_affects=("score_catalogue",),
    ),
    Misconception(
        "affinity",
        "never below zero",
        "A candidate that fits nothing has a negative affinity. Cut off at 0, all bad candidates look equally "
        "bad, and none of them has a gradient.",
        """
# Exercise: affinity
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = candidates @ context.T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    boost = 0.1 * torch.isin(candidate_album, context_album) + 0.1 * torch.isin(candidate_artist, context_artist)
    return pooled.clamp_min(0) + boost
""",
        also_affects=("score_catalogue",),
    ),
    Misconception(
        "affinity",
        "detached context",
        "The context is detached, so that it never learns. Both sides of the dot product belong to the model.",
        """
# Exercise: affinity
def affinity(candidates, context, candidate_album, context_album, candidate_artist, context_artist, pool="max"):
    if pool not in ("max", "mean"):
        raise ValueError(pool)
    products = candidates @ context.detach().T
    pooled = products.amax(-1) if pool == "max" else products.mean(-1)
    boost = 0.1 * torch.isin(candidate_album, context_album) + 0.1 * torch.isin(candidate_artist, context_artist)
    return pooled + boost
""",
        also_affects=("score_catalogue",),
    ),
]

MEAN_TRIPLET_LOSS = [
    Misconception(
        "mean_triplet_loss",
        "positives and negatives swapped",
        "This loss is 0 when negatives are above positives. The positives' affinity is to be the higher one, so "
        "it is subtracted.",
        """
# Exercise: mean_triplet_loss
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + pos.mean() - neg.mean())
""",
    ),
    Misconception(
        "mean_triplet_loss",
        "no hinge",
        "Without relu the loss goes on falling, below 0, and the vectors grow without end. Beyond the margin "
        "there is nothing left to do.",
        """
# Exercise: mean_triplet_loss
def mean_triplet_loss(pos, neg, margin=1.0):
    return margin + neg.mean() - pos.mean()
""",
    ),
    Misconception(
        "mean_triplet_loss",
        "absolute value for the hinge",
        "abs() turns the loss round beyond the margin: it then pushes positives down again. A hinge says 'at "
        "least', an absolute value says 'exactly'.",
        """
# Exercise: mean_triplet_loss
def mean_triplet_loss(pos, neg, margin=1.0):
    return (margin + neg.mean() - pos.mean()).abs()
""",
    ),
    Misconception(
        "mean_triplet_loss",
        "mean of hinges",
        "Here each pair has a hinge of its own, and their mean is taken. Asked is one hinge, of the difference of "
        "the means.",
        """
# Exercise: mean_triplet_loss
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg[:, None] - pos).mean()
""",
    ),
    Misconception(
        "mean_triplet_loss",
        "sums",
        "Sums grow with the number of tracks, and there are more negatives than positives. Take the means.",
        """
# Exercise: mean_triplet_loss
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg.sum() - pos.sum())
""",
    ),
    Misconception(
        "mean_triplet_loss",
        "margin always 1",
        "The margin is an argument. Use its name, not the number 1.",
        """
# Exercise: mean_triplet_loss
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.relu(1.0 + neg.mean() - pos.mean())
""",
    ),
    Misconception(
        "mean_triplet_loss",
        "margin subtracted",
        "With the margin subtracted the loss is 0 already when negatives are slightly above positives. Being "
        "better by the margin means adding it to the negatives.",
        """
# Exercise: mean_triplet_loss
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.relu(neg.mean() - pos.mean() - margin)
""",
    ),
    Misconception(
        "mean_triplet_loss",
        "the extremes",
        "max and min belong to the other loss. Here all tracks count, by their means.",
        """
# Exercise: mean_triplet_loss
def mean_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg.max() - pos.min())
""",
    ),
]

EXTREMAL_TRIPLET_LOSS = [
    Misconception(
        "extremal_triplet_loss",
        "the best positive",
        "The best positive is above everything anyway. Compare the worst one, the minimum: then every positive is "
        "above every negative.",
        """
# Exercise: extremal_triplet_loss
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg.max() - pos.max())
""",
    ),
    Misconception(
        "extremal_triplet_loss",
        "the lowest negative",
        "The lowest negative does no harm. The one that ranks highest is the one to push down: the maximum.",
        """
# Exercise: extremal_triplet_loss
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg.min() - pos.min())
""",
    ),
    Misconception(
        "extremal_triplet_loss",
        "min and max exchanged",
        "This compares the easiest positive with the easiest negative, and is content nearly always. Take the "
        "hardest of each.",
        """
# Exercise: extremal_triplet_loss
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg.min() - pos.max())
""",
    ),
    Misconception(
        "extremal_triplet_loss",
        "positives and negatives swapped",
        "This pushes positives down and pulls negatives up. The positives' side is subtracted.",
        """
# Exercise: extremal_triplet_loss
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + pos.max() - neg.min())
""",
    ),
    Misconception(
        "extremal_triplet_loss",
        "no hinge",
        "Without relu the loss falls below 0 and pushes on when all is in order. Beyond the margin there is "
        "nothing left to do.",
        """
# Exercise: extremal_triplet_loss
def extremal_triplet_loss(pos, neg, margin=1.0):
    return margin + neg.max() - pos.min()
""",
    ),
    Misconception(
        "extremal_triplet_loss",
        "absolute value for the hinge",
        "abs() pushes back as soon as the order is better than the margin. A hinge says 'at least', an absolute "
        "value says 'exactly'.",
        """
# Exercise: extremal_triplet_loss
def extremal_triplet_loss(pos, neg, margin=1.0):
    return (margin + neg.max() - pos.min()).abs()
""",
    ),
    Misconception(
        "extremal_triplet_loss",
        "the means",
        "Means move every track a little. This loss looks at one positive and one negative only: min and max.",
        """
# Exercise: extremal_triplet_loss
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg.mean() - pos.mean())
""",
    ),
    Misconception(
        "extremal_triplet_loss",
        "all pairs",
        "The mean of all pairs' hinges moves many tracks. Here the worst pair alone counts: the maximum over all "
        "pairs.",
        """
# Exercise: extremal_triplet_loss
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(margin + neg[:, None] - pos).mean()
""",
    ),
    Misconception(
        "extremal_triplet_loss",
        "margin always 1",
        "The margin is an argument. Use its name, not the number 1.",
        """
# Exercise: extremal_triplet_loss
def extremal_triplet_loss(pos, neg, margin=1.0):
    return F.relu(1.0 + neg.max() - pos.min())
""",
    ),
    Misconception(
        "extremal_triplet_loss",
        "out of the graph",
        "item() and float() take numbers out of the graph, so that nothing learns from the loss. Stay with tensors.",
        """
# Exercise: extremal_triplet_loss
def extremal_triplet_loss(pos, neg, margin=1.0):
    return torch.tensor(max(0.0, margin + neg.max().item() - pos.min().item()), dtype=pos.dtype)
""",
    ),
]

NORM_PENALTY = [
    Misconception(
        "norm_penalty",
        "the root written out",
        "In numbers it is right, but at a row of zeros the root has an infinite slope, and 0 times infinity is "
        "NaN. torch.linalg.vector_norm knows of that.",
        """
# Exercise: norm_penalty
def norm_penalty(embeddings, max_norm):
    return F.relu(embeddings.square().sum(dim=-1).sqrt() - max_norm).sum()
""",
    ),
    Misconception(
        "norm_penalty",
        "mean instead of sum",
        "The penalty is a sum over the rows. With a mean, one row that is far too long hardly counts among many.",
        """
# Exercise: norm_penalty
def norm_penalty(embeddings, max_norm):
    norms = torch.linalg.vector_norm(embeddings, dim=-1)
    return F.relu(norms - max_norm).mean()
""",
    ),
    Misconception(
        "norm_penalty",
        "squared norms",
        "Here squared lengths are compared with the limit. The norm is the length itself.",
        """
# Exercise: norm_penalty
def norm_penalty(embeddings, max_norm):
    return F.relu(embeddings.square().sum(dim=-1) - max_norm).sum()
""",
    ),
    Misconception(
        "norm_penalty",
        "short rows make up for long ones",
        "Without the hinge a short row adds a negative amount and pays for a long one. Each row within the limit "
        "adds 0.",
        """
# Exercise: norm_penalty
def norm_penalty(embeddings, max_norm):
    norms = torch.linalg.vector_norm(embeddings, dim=-1)
    return (norms - max_norm).sum()
""",
    ),
    Misconception(
        "norm_penalty",
        "one hinge for the sum",
        "The hinge is taken of the total, so short rows make up for long ones. Each row has its own hinge.",
        """
# Exercise: norm_penalty
def norm_penalty(embeddings, max_norm):
    norms = torch.linalg.vector_norm(embeddings, dim=-1)
    return F.relu((norms - max_norm).sum())
""",
    ),
    Misconception(
        "norm_penalty",
        "one norm for the whole table",
        "norm() without a dim is the length of all numbers together. Each row has a norm: name the last axis.",
        """
# Exercise: norm_penalty
def norm_penalty(embeddings, max_norm):
    return F.relu(torch.linalg.vector_norm(embeddings) - max_norm)
""",
    ),
    Misconception(
        "norm_penalty",
        "norms of the columns",
        "dim=0 measures columns, that is features. A track is a row: the last axis.",
        """
# Exercise: norm_penalty
def norm_penalty(embeddings, max_norm):
    return F.relu(torch.linalg.vector_norm(embeddings, dim=0) - max_norm).sum()
""",
    ),
    Misconception(
        "norm_penalty",
        "absolute difference",
        "abs() penalises short rows too, and drives every row to exactly this length. Only what is too much counts.",
        """
# Exercise: norm_penalty
def norm_penalty(embeddings, max_norm):
    norms = torch.linalg.vector_norm(embeddings, dim=-1)
    return (norms - max_norm).abs().sum()
""",
    ),
    Misconception(
        "norm_penalty",
        "sum of absolute values",
        "This is the L1 norm. The length of a vector, the L2 norm, squares the numbers first.",
        """
# Exercise: norm_penalty
def norm_penalty(embeddings, max_norm):
    return F.relu(embeddings.abs().sum(dim=-1) - max_norm).sum()
""",
    ),
]

SELF_AFFINITY_LOSS = [
    Misconception(
        "self_affinity_loss",
        "without the diagonal",
        "The diagonal, a track with itself, is left out here. The means are over all entries, diagonal included.",
        """
# Exercise: self_affinity_loss
def self_affinity_loss(context, next_tracks, negatives):
    def pairs(x):
        return (x @ x.T)[~torch.eye(len(x), dtype=torch.bool)]

    def mean(x):
        return x.mean() if x.numel() else x.sum()

    together = mean(F.relu(0.5 - pairs(context))) + mean(F.relu(0.5 - pairs(next_tracks)))
    return together + mean(F.relu(pairs(negatives)))
""",
    ),
    Misconception(
        "self_affinity_loss",
        "the diagonal only",
        "Row by row products compare each track with itself only. Asked are all pairs within a group: x @ x.T.",
        """
# Exercise: self_affinity_loss
def self_affinity_loss(context, next_tracks, negatives):
    def own(x):
        return (x * x).sum(dim=-1)

    return F.relu(0.5 - own(context)).mean() + F.relu(0.5 - own(next_tracks)).mean() + F.relu(own(negatives)).mean()
""",
    ),
    Misconception(
        "self_affinity_loss",
        "context with next tracks",
        "Each group is compared with itself: context with context, next with next. Here the two groups are "
        "compared with each other.",
        """
# Exercise: self_affinity_loss
def self_affinity_loss(context, next_tracks, negatives):
    return F.relu(0.5 - context @ next_tracks.T).mean() + F.relu(negatives @ negatives.T).mean()
""",
    ),
    Misconception(
        "self_affinity_loss",
        "absolute values for hinges",
        "abs() makes 0.5 a target, not a minimum: tracks that fit better are pushed apart again. A hinge stops at "
        "'enough'.",
        """
# Exercise: self_affinity_loss
def self_affinity_loss(context, next_tracks, negatives):
    together = sum((0.5 - group @ group.T).abs().mean() for group in (context, next_tracks))
    return together + (negatives @ negatives.T).abs().mean()
""",
    ),
    Misconception(
        "self_affinity_loss",
        "the negatives' margin is 0.5 too",
        "Negatives should have dot products of 0 or less, not of 0.5 or less: their hinge has no 0.5.",
        """
# Exercise: self_affinity_loss
def self_affinity_loss(context, next_tracks, negatives):
    together = sum(F.relu(0.5 - group @ group.T).mean() for group in (context, next_tracks))
    return together + F.relu(negatives @ negatives.T - 0.5).mean()
""",
    ),
    Misconception(
        "self_affinity_loss",
        "negatives pulled together",
        "The negatives' sign is that of the other groups, so that random tracks are pulled together. They should "
        "repel each other.",
        """
# Exercise: self_affinity_loss
def self_affinity_loss(context, next_tracks, negatives):
    together = sum(F.relu(0.5 - group @ group.T).mean() for group in (context, next_tracks))
    return together + F.relu(-(negatives @ negatives.T)).mean()
""",
    ),
    Misconception(
        "self_affinity_loss",
        "sums instead of means",
        "With sums large groups rule: 64 negatives have 4,096 pairs, 5 tracks of context have 25. Take the mean "
        "in each group.",
        """
# Exercise: self_affinity_loss
def self_affinity_loss(context, next_tracks, negatives):
    together = sum(F.relu(0.5 - group @ group.T).sum() for group in (context, next_tracks))
    return together + F.relu(negatives @ negatives.T).sum()
""",
    ),
    Misconception(
        "self_affinity_loss",
        "next tracks forgotten",
        "There are three groups: the next tracks belong together too.",
        """
# Exercise: self_affinity_loss
def self_affinity_loss(context, next_tracks, negatives):
    return F.relu(0.5 - context @ context.T).mean() + F.relu(negatives @ negatives.T).mean()
""",
    ),
    Misconception(
        "self_affinity_loss",
        "one side detached",
        "In numbers it is right, but each track learns from half of its pairs only: the gradient is half as large "
        "as it should be.",
        """
# Exercise: self_affinity_loss
def self_affinity_loss(context, next_tracks, negatives):
    together = sum(F.relu(0.5 - group @ group.detach().T).mean() for group in (context, next_tracks))
    return together + F.relu(negatives @ negatives.detach().T).mean()
""",
    ),
    Misconception(
        "self_affinity_loss",
        "a hinge of the mean",
        "The mean is taken before the hinge, so that a pair that fits well makes up for one that does not. First "
        "the hinge, entry by entry, then the mean.",
        """
# Exercise: self_affinity_loss
def self_affinity_loss(context, next_tracks, negatives):
    together = sum(F.relu(0.5 - (group @ group.T).mean()) for group in (context, next_tracks))
    return together + F.relu((negatives @ negatives.T).mean())
""",
    ),
]

NORMALISE_DURATION = [
    Misconception(
        "normalise_duration",
        "smallest to largest",
        "One long mix decides the scale, and all typical tracks end up in a sliver near 0. Let typical values "
        "decide: quantiles or ranks.",
        """
# Exercise: normalise_duration
def normalise_duration(milliseconds):
    x = milliseconds.double()
    return ((x - x.min()) / (x.max() - x.min()).clamp_min(1.0)).float()
""",
    ),
    Misconception(
        "normalise_duration",
        "divided by the largest",
        "The longest track decides where all others are. One mix of ten hours moves everything: take a quantile "
        "in place of the maximum.",
        """
# Exercise: normalise_duration
def normalise_duration(milliseconds):
    x = milliseconds.double()
    return (x / x.max()).float()
""",
    ),
    Misconception(
        "normalise_duration",
        "mean and standard deviation",
        "Standardised values are not in [0, 1]. And outliers move the mean and the standard deviation more than "
        "anything else.",
        """
# Exercise: normalise_duration
def normalise_duration(milliseconds):
    x = milliseconds.double()
    return ((x - x.mean()) / x.std().clamp_min(1e-9)).nan_to_num().float()
""",
    ),
    Misconception(
        "normalise_duration",
        "sigmoid of the standardised values",
        "The values are in [0, 1] now, but a few outliers still set the standard deviation, and typical tracks "
        "all get about 0.5.",
        """
# Exercise: normalise_duration
def normalise_duration(milliseconds):
    x = milliseconds.double()
    return torch.sigmoid((x - x.mean()) / x.std(correction=0).clamp_min(1.0)).float()
""",
    ),
    Misconception(
        "normalise_duration",
        "division by zero for equal tracks",
        "Where all tracks are equally long both quantiles are the same, and 0 / 0 is NaN. Give the denominator a "
        "lowest value.",
        """
# Exercise: normalise_duration
def normalise_duration(milliseconds):
    x = milliseconds.double()
    low, high = x.quantile(0.05), x.quantile(0.95)
    return ((x - low) / (high - low)).clamp(0, 1).float()
""",
    ),
    Misconception(
        "normalise_duration",
        "not clamped",
        "Quantiles give the scale, but what lies beyond them goes below 0 or above 1. Clamp the result.",
        """
# Exercise: normalise_duration
def normalise_duration(milliseconds):
    x = milliseconds.double()
    low, high = x.quantile(0.05), x.quantile(0.95)
    return ((x - low) / (high - low).clamp_min(1.0)).float()
""",
    ),
    Misconception(
        "normalise_duration",
        "upside down",
        "Here the longest track gets the smallest value. A longer track must never get a smaller one.",
        """
# Exercise: normalise_duration
def normalise_duration(milliseconds):
    x = milliseconds.double()
    low, high = x.quantile(0.05), x.quantile(0.95)
    return 1 - ((x - low) / (high - low).clamp_min(1.0)).clamp(0, 1).float()
""",
    ),
    Misconception(
        "normalise_duration",
        "long outliers only",
        "The upper end is safe from outliers, the lower end is not: an interlude of half a second moves all "
        "tracks. Both ends need a quantile.",
        """
# Exercise: normalise_duration
def normalise_duration(milliseconds):
    x = milliseconds.double().log()
    low, high = x.min(), x.quantile(0.95)
    return ((x - low) / (high - low).clamp_min(1e-9)).clamp(0, 1).float()
""",
    ),
    Misconception(
        "normalise_duration",
        "ranks that part equal tracks",
        "argsort gives equal tracks different ranks, by their place in the list. Equal durations must get equal "
        "values.",
        """
# Exercise: normalise_duration
def normalise_duration(milliseconds):
    ranks = milliseconds.argsort(stable=True).argsort()
    return ranks.float() / max(len(ranks) - 1, 1)
""",
    ),
    Misconception(
        "normalise_duration",
        "logarithm, then smallest to largest",
        "A logarithm brings outliers closer, but they still decide the scale: typical tracks move when one of "
        "them comes in.",
        """
# Exercise: normalise_duration
def normalise_duration(milliseconds):
    x = milliseconds.double().clamp_min(1).log()
    return ((x - x.min()) / (x.max() - x.min()).clamp_min(1e-9)).float()
""",
    ),
]

SCORE_CATALOGUE = [
    Misconception(
        "score_catalogue",
        "everything at once",
        "The result is right, but all scores are held at the same time, so memory grows with the catalogue. Go "
        "through it in chunks and keep only the best k.",
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
        raise ValueError(k)
    scores = affinity(catalogue, context, catalogue_album, context_album, catalogue_artist, context_artist, pool)
    best = scores.topk(k)
    return best.values, best.indices
""",
    ),
    Misconception(
        "score_catalogue",
        "all chunks' scores kept",
        "Each chunk is scored for itself, but its scores are kept until the end. Only the best k so far may stay.",
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
""",
    ),
    Misconception(
        "score_catalogue",
        "places in the chunk",
        "topk gives places within what it was given. Without the start of the chunk added, all indices seem to "
        "lie in the first chunk.",
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
""",
    ),
    Misconception(
        "score_catalogue",
        "the best of each chunk only",
        "Each new chunk replaces what was found before, so that the last one wins. Join its scores with the best "
        "so far.",
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
""",
    ),
    Misconception(
        "score_catalogue",
        "more tracks than there are",
        "k above the size of the catalogue must raise ValueError. Here fewer than k tracks come back, in silence.",
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
""",
    ),
    Misconception(
        "score_catalogue",
        "ascending",
        "The lowest score stands first. A ranking begins with the best: descending.",
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
""",
    ),
    Misconception(
        "score_catalogue",
        "context tracks left out",
        "Candidates of the context's albums are dropped here. Tracks are scored as they are; leaving some out is "
        "for the caller to decide.",
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
""",
    ),
    Misconception(
        "score_catalogue",
        "pool forgotten",
        "The pool is not handed on, so that 'mean' gives the same as 'max'.",
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
""",
    ),
    Misconception(
        "score_catalogue",
        "without the boosts",
        "Only dot products are ranked here. Affinity has two boosts as well: call affinity with the ids.",
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
""",
    ),
    Misconception(
        "score_catalogue",
        "the last chunk left out",
        "The catalogue is cut into full chunks only, and the tracks after the last full one are never seen. The "
        "last chunk may be shorter.",
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
""",
    ),
    Misconception(
        "score_catalogue",
        "one best too few kept",
        "From each chunk the best k - 1 are kept beside the best one. That is enough only while the best are "
        "spread over the chunks.",
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
""",
    ),
]

RECALL_AT_K = [
    Misconception(
        "recall_at_k",
        "repeats count",
        "Each place that holds a relevant item counts, also when the item was there before. So recall exceeds 1. "
        "Count different items: a set.",
        """
# Exercise: recall_at_k
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    return sum(item in relevant for item in ranked[:k]) / len(relevant)
""",
    ),
    Misconception(
        "recall_at_k",
        "divided by k",
        "This is the precision: the share of the places that hold something relevant. Recall divides by the "
        "number of relevant items.",
        """
# Exercise: recall_at_k
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    return len(set(ranked[:k]) & relevant) / k
""",
    ),
    Misconception(
        "recall_at_k",
        "divided by what is possible",
        "Dividing by min(k, relevant) makes 1 reachable for every k. That is another measure: recall divides by "
        "all relevant items.",
        """
# Exercise: recall_at_k
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    return len(set(ranked[:k]) & relevant) / min(k, len(relevant))
""",
    ),
    Misconception(
        "recall_at_k",
        "repeats dropped before counting",
        "The repeats are taken out first, so that later items move up to better ranks. A repeat keeps its place; "
        "it just gains nothing.",
        """
# Exercise: recall_at_k
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    return len(set(list(dict.fromkeys(ranked))[:k]) & relevant) / len(relevant)
""",
    ),
    Misconception(
        "recall_at_k",
        "the whole ranking",
        "k is not used: all of the ranking counts. Only the first k places do.",
        """
# Exercise: recall_at_k
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    return len(set(ranked) & relevant) / len(relevant)
""",
    ),
    Misconception(
        "recall_at_k",
        "0 for nothing relevant",
        "Without relevant items recall is not 0, it does not exist: raise ValueError, or a mean over playlists "
        "would be too low in silence.",
        """
# Exercise: recall_at_k
def recall_at_k(ranked, relevant, k):
    if not relevant:
        return 0.0
    return len(set(ranked[:k]) & relevant) / len(relevant)
""",
    ),
    Misconception(
        "recall_at_k",
        "hit or miss",
        "One hit is enough for 1 here: that is the hit rate. Recall is the share of the relevant items that were "
        "found.",
        """
# Exercise: recall_at_k
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    return float(any(item in relevant for item in ranked[:k]))
""",
    ),
    Misconception(
        "recall_at_k",
        "percent",
        "The result is a share from 0 to 1, not a percentage.",
        """
# Exercise: recall_at_k
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    return 100 * len(set(ranked[:k]) & relevant) / len(relevant)
""",
    ),
    Misconception(
        "recall_at_k",
        "one place too few",
        "ranked[: k - 1] ends one place early. A slice to k holds the first k items already.",
        """
# Exercise: recall_at_k
def recall_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    return len(set(ranked[: k - 1]) & relevant) / len(relevant)
""",
    ),
]

NDCG_AT_K = [
    Misconception(
        "ndcg_at_k",
        "repeats gain",
        "A relevant item that comes again gains again, so that NDCG can exceed 1. Only its first sight counts.",
        """
# Exercise: ndcg_at_k
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    gain, seen = 0.0, set()
    for rank, item in enumerate(ranked[:k], start=1):
        if item in relevant:
            gain += 1 / math.log2(rank + 1)
            seen.add(item)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    return gain / ideal
""",
    ),
    Misconception(
        "ndcg_at_k",
        "ideal of what was found",
        "The ideal is built from the hits, so that what was missed costs nothing. It has min(k, number of "
        "relevant items) items.",
        """
# Exercise: ndcg_at_k
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    gain, seen = 0.0, set()
    for rank, item in enumerate(ranked[:k], start=1):
        if item in relevant and item not in seen:
            gain += 1 / math.log2(rank + 1)
            seen.add(item)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, len(seen) + 1)) or 1.0
    return gain / ideal
""",
    ),
    Misconception(
        "ndcg_at_k",
        "ideal of k items",
        "The ideal has k relevant items even where fewer exist, so that a perfect ranking stays below 1.",
        """
# Exercise: ndcg_at_k
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    gain, seen = 0.0, set()
    for rank, item in enumerate(ranked[:k], start=1):
        if item in relevant and item not in seen:
            gain += 1 / math.log2(rank + 1)
            seen.add(item)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, k + 1))
    return gain / ideal
""",
    ),
    Misconception(
        "ndcg_at_k",
        "ideal of all relevant items",
        "The ideal ranks all relevant items, though only k places count. Then a perfect ranking stays below 1 "
        "when k is small.",
        """
# Exercise: ndcg_at_k
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    gain, seen = 0.0, set()
    for rank, item in enumerate(ranked[:k], start=1):
        if item in relevant and item not in seen:
            gain += 1 / math.log2(rank + 1)
            seen.add(item)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, len(relevant) + 1))
    return gain / ideal
""",
    ),
    Misconception(
        "ndcg_at_k",
        "natural logarithm",
        "The natural logarithm in the gain and log2 in the ideal do not fit each other. Both take log2.",
        """
# Exercise: ndcg_at_k
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    gain, seen = 0.0, set()
    for rank, item in enumerate(ranked[:k], start=1):
        if item in relevant and item not in seen:
            gain += 1 / math.log(rank + 1)
            seen.add(item)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    return gain / ideal
""",
    ),
    Misconception(
        "ndcg_at_k",
        "ranks from 0",
        "The first rank is 1. Here the gain takes log2(rank + 2), so that even the best ranking is below 1.",
        """
# Exercise: ndcg_at_k
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    gain, seen = 0.0, set()
    for rank, item in enumerate(ranked[:k], start=1):
        if item in relevant and item not in seen:
            gain += 1 / math.log2(rank + 2)
            seen.add(item)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    return gain / ideal
""",
    ),
    Misconception(
        "ndcg_at_k",
        "not normalised",
        "This is the DCG: it exceeds 1. Normalised means divided by the ideal.",
        """
# Exercise: ndcg_at_k
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    gain, seen = 0.0, set()
    for rank, item in enumerate(ranked[:k], start=1):
        if item in relevant and item not in seen:
            gain += 1 / math.log2(rank + 1)
            seen.add(item)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    return gain
""",
    ),
    Misconception(
        "ndcg_at_k",
        "no discount",
        "Each hit gains 1 here, wherever it stands. The gain at rank r is 1 / log2(r + 1).",
        """
# Exercise: ndcg_at_k
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    gain, seen = 0.0, set()
    for rank, item in enumerate(ranked[:k], start=1):
        if item in relevant and item not in seen:
            gain += 1.0
            seen.add(item)
    ideal = min(k, len(relevant))
    return gain / ideal
""",
    ),
    Misconception(
        "ndcg_at_k",
        "repeats dropped before ranking",
        "The repeats are taken out first, so that later items move up to better ranks. A repeat keeps its rank "
        "and gains nothing.",
        """
# Exercise: ndcg_at_k
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    gain, seen = 0.0, set()
    for rank, item in enumerate(list(dict.fromkeys(ranked))[:k], start=1):
        if item in relevant and item not in seen:
            gain += 1 / math.log2(rank + 1)
            seen.add(item)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    return gain / ideal
""",
    ),
    Misconception(
        "ndcg_at_k",
        "0 for nothing relevant",
        "Without relevant items the ideal is 0 and the NDCG does not exist: raise ValueError.",
        """
# Exercise: ndcg_at_k
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        return 0.0
    gain, seen = 0.0, set()
    for rank, item in enumerate(ranked[:k], start=1):
        if item in relevant and item not in seen:
            gain += 1 / math.log2(rank + 1)
            seen.add(item)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    return gain / ideal
""",
    ),
    Misconception(
        "ndcg_at_k",
        "the whole ranking",
        "All of the ranking gains here. Only the first k ranks count.",
        """
# Exercise: ndcg_at_k
def ndcg_at_k(ranked, relevant, k):
    if not relevant:
        raise ValueError("nothing is relevant")
    gain, seen = 0.0, set()
    for rank, item in enumerate(ranked, start=1):
        if item in relevant and item not in seen:
            gain += 1 / math.log2(rank + 1)
            seen.add(item)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    return gain / ideal
""",
    ),
]

MISCONCEPTIONS = [
    *HASH_BUCKET,
    *EXPECTED_COLLISIONS,
    *TRACK_ENCODER,
    *AFFINITY,
    *MEAN_TRIPLET_LOSS,
    *EXTREMAL_TRIPLET_LOSS,
    *NORM_PENALTY,
    *SELF_AFFINITY_LOSS,
    *NORMALISE_DURATION,
    *SCORE_CATALOGUE,
    *RECALL_AT_K,
    *NDCG_AT_K,
]
