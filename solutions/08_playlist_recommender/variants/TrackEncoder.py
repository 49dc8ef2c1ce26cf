import torch
import torch.nn as nn
import torch.nn.functional as F


# %% artist first kind="misconception"
# The artist's numbers come before the album's: with the album row (1, 2) and the artist row (3, 4), the track is (3,
# 4, 1, 2), and code that reads it takes one for the other. Check in the docstring which comes first.
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(album_buckets, dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.cat([self.artists(artist), self.albums(album % self.buckets)], dim=-1)


# %% one row per album kind="misconception"
# The album table has a row for every album: 200,000 albums with 1,000 buckets make 200,000 rows, which hashing is
# meant to avoid. Check in the docstring how many rows it has and how an album finds its row.
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(num_albums, dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.cat([self.albums(album), self.artists(artist)], dim=-1)


# %% raw album id as the row kind="misconception"
# The raw album id is used as the number of a row: with 10 buckets, album 25 raises an IndexError. Look at how an
# album finds its row.
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(album_buckets, dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.cat([self.albums(album), self.artists(artist)], dim=-1)


# %% sum instead of concatenation kind="misconception"
# The two rows are added, which mixes album and artist: (1, 2) and (3, 4) give (4, 6). Check the shape in the
# docstring.
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(album_buckets, dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return self.albums(album % self.buckets) + self.artists(artist)


# %% joined along the first axis kind="misconception"
# The artists' rows are put below the albums' rows, so 3 tracks give 6 vectors. Each track should have one vector.
# Check along which axis you join the two.
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(album_buckets, dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.cat([self.albums(album % self.buckets), self.artists(artist)])


# %% artists hashed too kind="misconception"
# The artists are hashed into `album_buckets` rows as well, so the table has the wrong size, and with few buckets
# different artists share a row. Check in the docstring how many rows the artists have.
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(album_buckets, dim)
        self.artists = nn.Embedding(album_buckets, dim)

    def forward(self, album, artist):
        return torch.cat([self.albums(album % self.buckets), self.artists(artist % self.buckets)], dim=-1)


# %% dim divided between the tables kind="misconception"
# Each table has only half of dim numbers in a row: with dim=8, a track has 8 numbers instead of 16. Check in the
# docstring what dim counts.
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(album_buckets, dim // 2)
        self.artists = nn.Embedding(num_artists, dim // 2)

    def forward(self, album, artist):
        return torch.cat([self.albums(album % self.buckets), self.artists(artist)], dim=-1)


# %% artist table not trained kind="misconception"
# The artist's row is cut off from the computation graph: after `backward()`, the artist table has `grad` None, so it
# never learns. Both should be trained. Look at how you read the row.
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(album_buckets, dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.cat([self.albums(album % self.buckets), self.artists(artist).detach()], dim=-1)


# %% num_albums not stored kind="misconception"
# The encoder does not keep `num_albums`, so code that reads it raises an AttributeError. Check in the docstring which
# attribute is promised.
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.buckets = album_buckets
        self.albums = nn.Embedding(album_buckets, dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.cat([self.albums(album % self.buckets), self.artists(artist)], dim=-1)


# %% fewer rows with few albums kind="misconception"
# With fewer albums than buckets, the table has only `num_albums` rows, so new albums share rows sooner than they have
# to. Check in the docstring what the number of rows depends on.
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(min(album_buckets, num_albums), dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.cat([self.albums(album % self.albums.num_embeddings), self.artists(artist)], dim=-1)


# %% tables as bare parameters kind="alternative"
# An embedding is nothing but a parameter and an index. `nn.Embedding` adds checks, a printed form and options; the
# numbers are the same.
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums = num_albums
        self.album_table = nn.Parameter(torch.randn(album_buckets, dim))
        self.artist_table = nn.Parameter(torch.randn(num_artists, dim))

    def forward(self, album, artist):
        return torch.cat([self.album_table[album % len(self.album_table)], self.artist_table[artist]], dim=-1)


# %% a dict of tables, and F.embedding kind="alternative"
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
