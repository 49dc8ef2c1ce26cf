import torch
import torch.nn as nn
import torch.nn.functional as F


# %% artist first kind="misconception"
# The order is fixed: the album's numbers come first, then the artist's. Others who read your vectors rely on it.
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(album_buckets, dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.cat([self.artists(artist), self.albums(album % self.buckets)], dim=-1)


# %% a row for each album kind="misconception"
# This table grows with the number of albums, which is what hashing is to avoid. It has album_buckets rows, and an
# album's row is that of its bucket.
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(num_albums, dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.cat([self.albums(album), self.artists(artist)], dim=-1)


# %% album id without its bucket kind="misconception"
# Album ids go beyond the number of rows of the table: an IndexError. Look up the row of the id's bucket.
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(album_buckets, dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.cat([self.albums(album), self.artists(artist)], dim=-1)


# %% sum instead of concatenation kind="misconception"
# Adding both rows gives dim numbers and mixes album and artist. They are joined side by side, which gives 2 dim
# numbers.
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(album_buckets, dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return self.albums(album % self.buckets) + self.artists(artist)


# %% joined along the first axis kind="misconception"
# cat without a dim joins along the first axis and puts artists below albums. The rows are joined along the last axis.
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(album_buckets, dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.cat([self.albums(album % self.buckets), self.artists(artist)])


# %% hashed artists too kind="misconception"
# Artists are one-to-one: each has a row of its own. Hashed into the album's buckets, different artists share one.
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(album_buckets, dim)
        self.artists = nn.Embedding(album_buckets, dim)

    def forward(self, album, artist):
        return torch.cat([self.albums(album % self.buckets), self.artists(artist % self.buckets)], dim=-1)


# %% dim for both together kind="misconception"
# Each table has dim numbers a row, so a track has 2 dim. Here both tables share dim.
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(album_buckets, dim // 2)
        self.artists = nn.Embedding(num_artists, dim // 2)

    def forward(self, album, artist):
        return torch.cat([self.albums(album % self.buckets), self.artists(artist)], dim=-1)


# %% a frozen artist table kind="misconception"
# The artist's rows are taken without a graph, so this table never learns. Leave detach() and data away.
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(album_buckets, dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.cat([self.albums(album % self.buckets), self.artists(artist).detach()], dim=-1)


# %% num_albums forgotten kind="misconception"
# The class does not keep num_albums. An attribute is kept by self.num_albums = num_albums in __init__.
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.buckets = album_buckets
        self.albums = nn.Embedding(album_buckets, dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.cat([self.albums(album % self.buckets), self.artists(artist)], dim=-1)


# %% as many rows as albums where these are few kind="misconception"
# album_buckets alone sets the size of the table. With few albums some rows stay unused, and new albums will find a
# row there.
class TrackEncoder(nn.Module):
    def __init__(self, num_albums, num_artists, dim, album_buckets=100_000):
        super().__init__()
        self.num_albums, self.buckets = num_albums, album_buckets
        self.albums = nn.Embedding(min(album_buckets, num_albums), dim)
        self.artists = nn.Embedding(num_artists, dim)

    def forward(self, album, artist):
        return torch.cat([self.albums(album % self.albums.num_embeddings), self.artists(artist)], dim=-1)


# %% tables as bare parameters kind="alternative"
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
