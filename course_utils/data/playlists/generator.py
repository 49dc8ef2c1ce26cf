"""Invented playlists, in the JSON schema of the Million Playlist Dataset (MPD).

    write_slices("slices", 3000)       # slices/mpd.slice.0-999.json, mpd.slice.1000-1999.json, ...

Each playlist mixes one to three hidden moods. A mood is a set of artists, some far more popular than others, and tracks
of one artist tend to occur together. Tracks, albums and artists in the same playlists thus share a mood, which a model
can learn. The same arguments give the same bytes on every machine.

Paper: Chen, Lamere, Schedl and Zamani, "RecSys Challenge 2018: Automatic Music Playlist Continuation", 2018,
https://doi.org/10.1145/3240323.3240342.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from course_utils.data.playlists.catalogue import Catalogue

SLICE = 1000  # playlists in a file
MIX = (0.5, 0.3, 0.2)  # shares of playlists with one, two and three moods
MEDIAN_LENGTH = 30
SAME_ARTIST = 0.3  # share of tracks by an artist that is already in the playlist
ANY_MOOD = 0.08  # share of tracks from a random mood
KEPT_REPEATS = 0.05  # share of repeated tracks that are kept


def make_slices(num_playlists: int = 5000, num_tracks: int = 20_000, *, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Slices of up to 1,000 playlists, one after another, each a dict like those in the data set's files.

    num_tracks: the size of the catalogue; a small number of playlists does not use all of it. A slice depends only on
    `num_tracks`, `seed` and its own number. Raises ValueError for a count below 1.

    See also: `write_slices`, `load_playlists`.
    """
    if num_playlists < 1:
        raise ValueError(f"num_playlists must be at least 1, got {num_playlists}")
    catalogue = Catalogue(num_tracks, seed)
    for first in range(0, num_playlists, SLICE):
        yield _make_slice(catalogue, first, min(SLICE, num_playlists - first), seed)


def write_slices(
    folder: str | Path, num_playlists: int = 5000, num_tracks: int = 20_000, *, seed: int = 0
) -> list[Path]:
    """Write the slices of `make_slices` to files named like the data set's; returns their paths."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for content in make_slices(num_playlists, num_tracks, seed=seed):
        paths.append(folder / f"mpd.slice.{content['info']['slice']}.json")
        paths[-1].write_text(json.dumps(content), encoding="utf-8", newline="\n")
    return paths


def _make_slice(catalogue: Catalogue, first: int, count: int, seed: int) -> dict[str, Any]:
    random = np.random.RandomState([seed, 2, first // SLICE])
    moods = _mixes(catalogue.num_moods, random)  # (P, 3)
    lengths = np.clip(MEDIAN_LENGTH * np.exp(0.7 * random.standard_normal(SLICE)), 5, 250).astype(np.int64)  # (P,)
    tracks = _draw_tracks(catalogue, moods, lengths, random)
    days = random.randint(15_000, 17_000, size=SLICE)  # days since 1970
    followers = np.minimum(random.zipf(2.5, size=SLICE), 10_000)
    playlists = [
        {
            "name": " & ".join(dict.fromkeys(map(catalogue.mood_name, moods[p].tolist()))),
            "collaborative": "false",  # the data set stores this as a string
            "pid": first + p,
            "modified_at": int(days[p]) * 86_400,
            "num_followers": int(followers[p]),
            **_entries(catalogue, tracks[p].tolist()),
        }
        for p in range(count)
    ]
    info = {"generated_on": "2020-01-01 00:00:00", "slice": f"{first}-{first + SLICE - 1}", "version": "invented"}
    return {"info": info, "playlists": playlists}


def _mixes(num_moods: int, random: np.random.RandomState) -> np.ndarray:
    """(P, 3) moods: one mood three times, one twice and another once, or three draws."""
    moods = random.randint(num_moods, size=(SLICE, 3))
    mixed = random.choice([1, 2, 3], p=MIX, size=SLICE)
    moods[mixed == 1, 1] = moods[mixed == 1, 0]
    moods[mixed < 3, 2] = moods[mixed < 3, 0]
    return moods


def _draw_tracks(
    catalogue: Catalogue, moods: np.ndarray, lengths: np.ndarray, random: np.random.RandomState
) -> list[np.ndarray]:
    """The tracks of each playlist, drawn from its moods, from an artist already in it, or from any mood."""
    ends = np.cumsum(lengths)
    owner = np.repeat(np.arange(SLICE), lengths)  # (N,) the playlist of each position
    start = (ends - lengths)[owner]  # (N,) the first position of that playlist
    position = np.arange(len(owner)) - start

    def chance() -> np.ndarray:
        return random.random_sample(len(owner))

    any_mood = (catalogue.num_moods * chance()).astype(np.int64)
    mood = np.where(chance() < ANY_MOOD, any_mood, moods[owner, (3 * chance()).astype(np.int64)])
    tracks = catalogue.draw(mood, chance())
    earlier = start + (position * chance()).astype(np.int64)
    again = catalogue.draw_of_artist(catalogue.track_artist[tracks[earlier]], chance())
    tracks = np.where((chance() < SAME_ARTIST) & (position > 0), again, tracks)
    kept = _first_occurrences(owner, tracks) | (chance() < KEPT_REPEATS)
    return [part[keep] for part, keep in zip(np.split(tracks, ends[:-1]), np.split(kept, ends[:-1]), strict=True)]


def _first_occurrences(owner: np.ndarray, tracks: np.ndarray) -> np.ndarray:
    """(N,) whether this is the first occurrence of the track in its playlist."""
    first = np.zeros(len(owner), dtype=bool)
    first[np.unique(owner * (tracks.max() + 1) + tracks, return_index=True)[1]] = True
    return first


def _entries(catalogue: Catalogue, tracks: list[int]) -> dict[str, Any]:
    records = [{"pos": position, **catalogue.record(track)} for position, track in enumerate(tracks)]
    return {
        "num_tracks": len(records),
        "num_albums": len({record["album_uri"] for record in records}),
        "num_artists": len({record["artist_uri"] for record in records}),
        "num_edits": 1 + len(records) // 8,
        "duration_ms": sum(record["duration_ms"] for record in records),
        "tracks": records,
    }
