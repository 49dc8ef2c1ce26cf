"""Playlists that nobody made, in the JSON schema of the Million Playlist Dataset.

    write_slices("slices", 3000)       # slices/mpd.slice.0-999.json, mpd.slice.1000-1999.json, ...

Each playlist mixes one to three hidden moods; a mood is a set of artists, some far better known than others, and tracks
of one artist tend to come together. So tracks, albums and artists that share playlists share a mood, and that can be
learned. The same arguments give the same bytes on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from course_utils.data.playlist_catalogue import Catalogue

SLICE = 1000  # playlists in a file
MIX = (0.5, 0.3, 0.2)  # shares of playlists with one, two and three moods
MEDIAN_LENGTH = 30
SAME_ARTIST = 0.3  # share of places taken by another track of an artist that is in the playlist
ASTRAY = 0.08  # share of places taken by a track of any mood
KEPT_REPEATS = 0.05  # share of repeated tracks that stay


def make_slices(num_playlists: int = 5000, num_tracks: int = 20_000, *, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Slices of up to 1,000 playlists, one after the other, each a dict as in the data set's files.

    num_tracks: size of the catalogue; a small number of playlists does not reach all of it. A slice depends on
    `num_tracks`, `seed` and its own number only. Raises ValueError for a count below 1.
    """
    if num_playlists < 1:
        raise ValueError(f"num_playlists must be at least 1, got {num_playlists}")
    catalogue = Catalogue(num_tracks, seed)
    for first in range(0, num_playlists, SLICE):
        yield _make_slice(catalogue, first, min(SLICE, num_playlists - first), seed)


def write_slices(
    folder: str | Path, num_playlists: int = 5000, num_tracks: int = 20_000, *, seed: int = 0
) -> list[Path]:
    """Write the slices of `make_slices` as files named like the data set's; their paths come back."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for content in make_slices(num_playlists, num_tracks, seed=seed):
        paths.append(folder / f"mpd.slice.{content['info']['slice']}.json")
        paths[-1].write_text(json.dumps(content, indent=1), encoding="utf-8", newline="\n")
    return paths


def _make_slice(catalogue: Catalogue, first: int, count: int, seed: int) -> dict[str, Any]:
    random = np.random.RandomState([seed, 2, first // SLICE])
    lengths = np.clip(MEDIAN_LENGTH * np.exp(0.7 * random.standard_normal(SLICE)), 5, 250).astype(np.int64)  # (P,)
    moods = random.randint(catalogue.num_moods, size=(SLICE, 3))  # (P, 3)
    mixed = np.searchsorted(np.cumsum(MIX), random.random_sample(SLICE), side="right")  # (P,) 0, 1 or 2
    owner = np.repeat(np.arange(SLICE), lengths)  # (N,) playlist of each place
    tracks = _draw_tracks(catalogue, owner, lengths, moods, mixed, random)
    keep = _first_sights(owner, tracks) | (random.random_sample(len(tracks)) < KEPT_REPEATS)
    edited = random.randint(1_300_000_000, 1_500_000_000, size=SLICE) // 86_400 * 86_400
    followers = np.minimum(random.zipf(2.5, size=SLICE), 10_000)
    names = [_name(catalogue, moods[p, : mixed[p] + 1]) for p in range(count)]
    playlists = [
        _playlist(catalogue, names[p], first + p, tracks[(owner == p) & keep], int(edited[p]), int(followers[p]))
        for p in range(count)
    ]
    info = {"generated_on": "2020-01-01 00:00:00", "slice": f"{first}-{first + SLICE - 1}", "version": "invented"}
    return {"info": info, "playlists": playlists}


def _draw_tracks(
    catalogue: Catalogue,
    owner: np.ndarray,
    lengths: np.ndarray,
    moods: np.ndarray,
    mixed: np.ndarray,
    random: np.random.RandomState,
) -> np.ndarray:
    """(N,) tracks: by a mood of the playlist, by an artist already in it, or astray."""
    count = len(owner)
    which = (random.random_sample(count) * (mixed + 1)[owner]).astype(np.int64)  # (N,)
    astray = random.random_sample(count) < ASTRAY
    mood = np.where(astray, random.randint(catalogue.num_moods, size=count), moods[owner, which])
    tracks = catalogue.draw(mood, random.random_sample(count))
    starts = (np.cumsum(lengths) - lengths)[owner]  # (N,) first place of the playlist
    place = np.arange(count) - starts
    earlier = starts + (random.random_sample(count) * place).astype(np.int64)
    again = catalogue.draw_of_artist(catalogue.track_artist[tracks[earlier]], random.random_sample(count))
    return np.where((random.random_sample(count) < SAME_ARTIST) & (place > 0), again, tracks)


def _first_sights(owner: np.ndarray, tracks: np.ndarray) -> np.ndarray:
    """(N,) whether a place holds a track for the first time in its playlist."""
    first = np.zeros(len(owner), dtype=bool)
    first[np.unique(owner * (tracks.max() + 1) + tracks, return_index=True)[1]] = True
    return first


def _name(catalogue: Catalogue, moods: np.ndarray) -> str:
    return " & ".join(dict.fromkeys(catalogue.mood_name(int(mood)) for mood in moods))


def _playlist(
    catalogue: Catalogue, name: str, pid: int, tracks: np.ndarray, edited: int, followers: int
) -> dict[str, Any]:
    records = [{"pos": pos, **catalogue.record(track)} for pos, track in enumerate(tracks.tolist())]
    return {
        "name": name,
        "collaborative": "false",  # a word in the data set too
        "pid": pid,
        "modified_at": edited,
        "num_tracks": len(records),
        "num_albums": len({record["album_uri"] for record in records}),
        "num_artists": len({record["artist_uri"] for record in records}),
        "num_followers": followers,
        "tracks": records,
        "num_edits": 1 + len(records) // 8,
        "duration_ms": sum(record["duration_ms"] for record in records),
    }
