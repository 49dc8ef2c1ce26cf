"""Playlists as training data for a recommender: the first tracks are the context, the rest are to be predicted.

    data = load_playlists()                        # invented playlists, generated in memory
    data = load_playlists("million/data")          # a folder of mpd.slice.*.json
    playlist = data.training[0]
    playlist.context, playlist.next                # track ids (5,) and (n - 5,)
    data.track_artist[playlist.context]            # artist ids (5,)

The files are those of the Million Playlist Dataset, which may not be redistributed, not even in part, and can no longer
be downloaded. With a copy, pass its folder; without one, use the invented playlists, which have the same format.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from course_utils.data.playlists.generator import make_slices
from course_utils.data.playlists.slice_files import read_slices
from course_utils.data.playlists.vocabulary import SHORTEST, Vocabulary

CONTEXT = 5


@dataclass(frozen=True)
class Playlist:
    """A playlist of n >= 10 tracks; a track may occur more than once."""

    name: str
    tracks: torch.Tensor
    """(n,) int64 track ids, in order"""

    @property
    def context(self) -> torch.Tensor:
        """(5,) int64: the first tracks, from which to predict the others."""
        return self.tracks[:CONTEXT]

    @property
    def next(self) -> torch.Tensor:
        """(n - 5,) int64: the tracks to predict."""
        return self.tracks[CONTEXT:]


@dataclass(frozen=True)
class PlaylistData:
    """Playlists over a catalogue of T tracks; tracks, albums and artists are numbered in order of first appearance."""

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
    """Playlists from a folder of slices, or invented ones without a folder, split into training and validation.

    num_playlists: how many to invent (default 5,000), or the most to read from the folder (default all). num_tracks:
    the size of the invented catalogue. Playlists with fewer than 10 tracks are left out, with tracks only they contain.
    validation_share: the fraction of the playlists used for validation, from 0 to 1 exclusive, chosen with `seed`.
    Raises FileNotFoundError if there are no slices, DamagedSlice (a ValueError) for a malformed file, ValueError if
    fewer than two playlists are left or an argument is out of range.

    See also: `make_slices`, which makes the invented playlists.
    """
    if num_playlists is not None and num_playlists < 1:
        raise ValueError(f"num_playlists must be at least 1, got {num_playlists}")
    if not 0 < validation_share < 1:
        raise ValueError(f"validation_share must be between 0 and 1, got {validation_share}")
    found = _generated(num_playlists or 5000, num_tracks, seed) if folder is None else read_slices(folder)
    seen = Vocabulary()
    for where, playlist in islice(found, num_playlists):
        seen.add(where, playlist)
    return _split(seen, validation_share, seed)


def _generated(num_playlists: int, num_tracks: int, seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
    for content in make_slices(num_playlists, num_tracks, seed=seed):
        for playlist in content["playlists"]:
            yield f"invented playlist {playlist['pid']}", playlist


def _split(seen: Vocabulary, validation_share: float, seed: int) -> PlaylistData:
    if len(seen.names) < 2:
        raise ValueError(
            f"expected at least two playlists of {SHORTEST} tracks or more, found {len(seen.names)}: read more"
        )
    playlists = list(map(Playlist, seen.names, _tensor(seen.tracks).split(seen.lengths.tolist())))
    order = torch.randperm(len(playlists), generator=torch.Generator().manual_seed(seed)).tolist()
    held_out = min(max(1, round(validation_share * len(playlists))), len(playlists) - 1)
    return PlaylistData(
        training=[playlists[i] for i in sorted(order[held_out:])],
        validation=[playlists[i] for i in sorted(order[:held_out])],
        track_album=_tensor(seen.track_album),
        track_artist=_tensor(seen.track_artist),
        track_duration_ms=_tensor(seen.track_duration),
        track_names=seen.track_names,
        album_names=seen.album_names,
        artist_names=seen.artist_names,
    )


def _tensor(numbers: array[int]) -> torch.Tensor:
    return torch.frombuffer(numbers, dtype=torch.int64).clone()
