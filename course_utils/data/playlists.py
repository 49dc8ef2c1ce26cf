"""Playlists as a recommender learns from them: the first tracks are the context, the rest is what comes next.

    data = load_playlists()                        # invented playlists, made on the spot
    data = load_playlists("million/data")          # a folder of mpd.slice.*.json
    playlist = data.training[0]
    playlist.context, playlist.next                # track ids (5,) and (n - 5,)
    data.track_artist[playlist.context]            # artist ids (5,)

The files are those of the Million Playlist Dataset. That data set may not be redistributed in any part, and can no
longer be downloaded: who has a copy uses it by its folder, and everybody else the invented playlists, in the same form.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from course_utils.data.playlist_files import DamagedSlice, read_slices
from course_utils.data.playlist_generator import make_slices

CONTEXT = 5
SHORTEST = 10  # shorter playlists are left out
FIELDS = {
    "track_uri": str,
    "track_name": str,
    "album_uri": str,
    "album_name": str,
    "artist_uri": str,
    "artist_name": str,
    "duration_ms": int,
}


@dataclass(frozen=True)
class Playlist:
    """A playlist of n >= 10 tracks; a track may be in it twice."""

    name: str
    tracks: torch.Tensor
    """(n,) int64 track ids, in order"""

    @property
    def context(self) -> torch.Tensor:
        """(5,) int64: the first tracks, from which the others are to be guessed."""
        return self.tracks[:CONTEXT]

    @property
    def next(self) -> torch.Tensor:
        """(n - 5,) int64: the tracks to be guessed."""
        return self.tracks[CONTEXT:]


@dataclass(frozen=True)
class PlaylistData:
    """Playlists over a catalogue of T tracks; ids of tracks, albums and artists count up by first sight."""

    training: list[Playlist]
    validation: list[Playlist]
    track_album: torch.Tensor
    """(T,) int64"""
    track_artist: torch.Tensor
    """(T,) int64"""
    track_duration_ms: torch.Tensor
    """(T,) int64, milliseconds"""
    track_names: list[str]
    album_names: list[str]
    artist_names: list[str]

    @property
    def num_tracks(self) -> int:
        return len(self.track_names)

    @property
    def num_albums(self) -> int:
        return len(self.album_names)

    @property
    def num_artists(self) -> int:
        return len(self.artist_names)


def load_playlists(
    folder: str | Path | None = None,
    *,
    num_playlists: int | None = None,
    num_tracks: int = 20_000,
    validation_share: float = 0.1,
    seed: int = 0,
) -> PlaylistData:
    """Playlists of a folder of slices, or invented ones without a folder, split into training and validation.

    num_playlists: how many are invented (5,000 if not given), or at most read from the folder (all). num_tracks: size
    of the invented catalogue. Playlists with fewer than 10 tracks are left out, and tracks that only these have.
    validation_share: share of the playlists that are kept for validation, drawn by `seed`.
    Raises FileNotFoundError where there are no slices, DamagedSlice (a ValueError) for a file that is not as it should
    be, ValueError when fewer than two playlists are left.
    """
    if num_playlists is not None and num_playlists < 1:
        raise ValueError(f"num_playlists must be at least 1, got {num_playlists}")
    if not 0 < validation_share < 1:
        raise ValueError(f"validation_share must lie between 0 and 1, got {validation_share}")
    found = _generated(num_playlists or 5000, num_tracks, seed) if folder is None else read_slices(folder)
    reader = _Reader()
    for where, playlist in islice(found, num_playlists):
        reader.add(where, playlist)
    return reader.data(validation_share, seed)


def _generated(num_playlists: int, num_tracks: int, seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
    for content in make_slices(num_playlists, num_tracks, seed=seed):
        for playlist in content["playlists"]:
            yield f"invented playlist {playlist['pid']}", playlist


class _Reader:
    """Playlists seen so far, as numbers; a name is kept once."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.lengths = array("q")
        self.tracks = array("q")  # of all playlists, one after the other
        self.track_ids, self.album_ids, self.artist_ids = ({} for _ in range(3))  # uri -> id
        self.track_names, self.album_names, self.artist_names = ([] for _ in range(3))
        self.track_album, self.track_artist, self.track_duration = (array("q") for _ in range(3))

    def add(self, where: str, playlist: Any) -> None:
        """One playlist of a slice. Raises DamagedSlice for a field that is missing or of another type."""
        name = _field(where, playlist, "name", str)
        tracks = _field(where, playlist, "tracks", list)
        if len(tracks) < SHORTEST:
            return
        self.names.append(name)
        self.lengths.append(len(tracks))
        self.tracks.extend([self._id_of(where, position, track) for position, track in enumerate(tracks)])

    def _id_of(self, where: str, position: int, track: Any) -> int:
        where = f"{where}, track {position}"
        uri, name, album, album_name, artist, artist_name, duration = (
            _field(where, track, field, kind) for field, kind in FIELDS.items()
        )
        known = self.track_ids.get(uri)
        if known is not None:
            return known
        self.track_album.append(_sight(self.album_ids, self.album_names, album, album_name))
        self.track_artist.append(_sight(self.artist_ids, self.artist_names, artist, artist_name))
        self.track_duration.append(duration)
        return _sight(self.track_ids, self.track_names, uri, name)

    def data(self, validation_share: float, seed: int) -> PlaylistData:
        if len(self.names) < 2:
            raise ValueError(
                f"expected at least two playlists of {SHORTEST} tracks or more, found {len(self.names)}: "
                "read more of them"
            )
        playlists = list(map(Playlist, self.names, _tensor(self.tracks).split(self.lengths.tolist())))
        order = torch.randperm(len(playlists), generator=torch.Generator().manual_seed(seed)).tolist()
        held_out = min(max(1, round(validation_share * len(playlists))), len(playlists) - 1)
        return PlaylistData(
            training=[playlists[i] for i in sorted(order[held_out:])],
            validation=[playlists[i] for i in sorted(order[:held_out])],
            track_album=_tensor(self.track_album),
            track_artist=_tensor(self.track_artist),
            track_duration_ms=_tensor(self.track_duration),
            track_names=self.track_names,
            album_names=self.album_names,
            artist_names=self.artist_names,
        )


def _field(where: str, found: Any, field: str, kind: type) -> Any:
    try:
        value = found[field]
    except (KeyError, TypeError, IndexError):
        have = f"an object with {', '.join(found)}" if isinstance(found, dict) else f"{type(found).__name__}"
        raise DamagedSlice(where, f'expected an object with "{field}", found {have}') from None
    if not isinstance(value, kind):
        raise DamagedSlice(where, f'expected "{field}" to be {kind.__name__}, found {value!r:.60}')
    return value


def _sight(ids: dict[str, int], names: list[str], uri: str, name: str) -> int:
    """The id of `uri`; a new one gets the next number, and its name is kept."""
    known = ids.setdefault(uri, len(names))
    if known == len(names):
        names.append(name)
    return known


def _tensor(numbers: array[int]) -> torch.Tensor:
    return torch.tensor(numbers, dtype=torch.int64)
