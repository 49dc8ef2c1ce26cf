"""An invented catalogue of tracks: artists with albums, hidden moods, and long-tailed popularity.

Nothing in it is real; names are made of random syllables. All random numbers come from numpy's legacy generator, whose
streams never change, so a seed gives the same catalogue on every machine.
"""

from __future__ import annotations

from typing import Any

import numpy as np

TRACKS_PER_ARTIST = 12  # on average, like the next two
TRACKS_PER_ALBUM = 8
TRACKS_PER_MOOD = 600
ARTIST_TAIL = 0.9  # the popularity of artists falls as rank^-0.9, close to Zipf's law
TRACK_TAIL = 0.6  # and that of an artist's tracks as rank^-0.6
SECOND_MOOD = 0.25  # share of artists that belong to two moods
NUM_WORDS = 2000

SYLLABLES = [a + b for a in "b d f g k l m n p r s t v z br dr kl st".split() for b in ("a", "e", "i", "o", "u", "ai")]
PLACES = "Harbour Window Garden Ladder Lantern Orchard Station Meadow Kitchen Corridor Balcony Bridge".split()
ADJECTIVES = "amber brisk chalk drowsy electric foggy gentle hollow iron jagged lilac mellow paper quiet rusty".split()
NOUNS = "attic bakery canal depot engine ferry glacier hangar island jetty kiosk lagoon market quarry".split()


class Catalogue:
    """T = `num_tracks` tracks of A artists in M moods, and how likely each track is in each mood; built from `seed`."""

    def __init__(self, num_tracks: int, seed: int):
        if num_tracks < 1:
            raise ValueError(f"num_tracks must be at least 1, got {num_tracks}")
        random = np.random.RandomState([seed, 1])
        self.track_artist, sizes = _runs(num_tracks, TRACKS_PER_ARTIST, random)  # (T,), (A,)
        albums, _ = _runs(num_tracks, TRACKS_PER_ALBUM, random)
        changes = (np.diff(albums) > 0) | (np.diff(self.track_artist) > 0)  # no album has two artists
        self.track_album = np.r_[0, np.cumsum(changes)]  # (T,)
        self.num_moods = min(len(sizes), max(3, num_tracks // TRACKS_PER_MOOD))
        self._ends = np.cumsum(sizes)
        self._starts = self._ends - sizes  # (A,) each artist's first track
        self._place_in_moods(self._popularity(random), random)
        self._duration_ms = _durations(num_tracks, random)
        self._words = ["".join(row[: 2 + i % 2]).capitalize() for i, row in enumerate(_syllables(NUM_WORDS, random))]
        self._artist_words = random.randint(NUM_WORDS, size=(len(sizes), 2))
        self._records: dict[int, dict[str, Any]] = {}

    def _popularity(self, random: np.random.RandomState) -> np.ndarray:
        """(T,) weights, long-tailed over artists and over the tracks of an artist."""
        artist_rank = 1 + random.permutation(len(self._starts)) / self.num_moods  # (A,) about the rank within a mood
        track_rank = 1 + np.arange(len(self.track_artist)) - self._starts[self.track_artist]
        return artist_rank[self.track_artist] ** -ARTIST_TAIL * track_rank**-TRACK_TAIL

    def _place_in_moods(self, weight: np.ndarray, random: np.random.RandomState) -> None:
        """Set `_mood_tracks`, sorted by mood, and `_mood_share`, cumulative likelihoods, in mood m from m to m + 1."""
        num_artists = len(self._starts)
        home, second = random.randint(self.num_moods, size=(2, num_artists))
        home[: self.num_moods] = np.arange(self.num_moods)  # no mood is empty
        also = (random.random_sample(num_artists) < SECOND_MOOD)[self.track_artist].nonzero()[0]
        tracks = np.r_[np.arange(len(self.track_artist)), also]
        moods = np.r_[home[self.track_artist], second[self.track_artist[also]]]
        order = np.argsort(moods, kind="stable")
        self._mood_tracks, moods = tracks[order], moods[order]
        sums = np.r_[0, np.cumsum(weight[self._mood_tracks])]
        first, last = np.searchsorted(moods, [np.arange(self.num_moods), np.arange(1, self.num_moods + 1)])
        self._mood_share = moods + (sums[1:] - sums[first][moods]) / (sums[last] - sums[first])[moods]

    def draw(self, moods: np.ndarray, uniform: np.ndarray) -> np.ndarray:
        """A track (N,) for each mood (N,) and uniform number in [0, 1) (N,), by likelihood within the mood."""
        places = np.searchsorted(self._mood_share, moods + uniform, side="right")
        return self._mood_tracks[np.minimum(places, len(self._mood_tracks) - 1)]

    def draw_of_artist(self, artists: np.ndarray, uniform: np.ndarray) -> np.ndarray:
        """A track (N,) of each artist (N,) for a uniform number in [0, 1) (N,); the first tracks are likelier."""
        starts, ends = self._starts[artists], self._ends[artists]
        return starts + ((ends - starts) * uniform**1.5).astype(np.int64)

    def record(self, track: int) -> dict[str, Any]:
        """The fields of a playlist's entry for a track, except its position."""
        if track not in self._records:
            self._records[track] = self._new_record(track)
        return self._records[track]

    def _new_record(self, track: int) -> dict[str, Any]:
        artist, album = int(self.track_artist[track]), int(self.track_album[track])
        return {
            "artist_name": " ".join(self._words[i] for i in self._artist_words[artist]),
            "track_uri": f"invented:track:{track}",
            "artist_uri": f"invented:artist:{artist}",
            "track_name": f"{PLACES[track % len(PLACES)]} of {self._words[track * 7919 % NUM_WORDS]}",
            "album_uri": f"invented:album:{album}",
            "duration_ms": int(self._duration_ms[track]),
            "album_name": f"{self._words[album * 3571 % NUM_WORDS]} {PLACES[album % len(PLACES)]}",
        }

    def mood_name(self, mood: int) -> str:
        return f"{ADJECTIVES[mood % len(ADJECTIVES)]} {NOUNS[mood % len(NOUNS)]}"


def _runs(count: int, mean: int, random: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
    """`count` things divided into runs of geometric length: the run of each thing (count,), and the runs' sizes."""
    starts = np.cumsum(np.r_[0, random.geometric(1 / mean, size=count)])
    starts = starts[starts < count]
    sizes = np.diff(np.r_[starts, count])
    return np.repeat(np.arange(len(sizes)), sizes), sizes


def _durations(count: int, random: np.random.RandomState) -> np.ndarray:
    """(count,) milliseconds: around 3:45; one in a hundred is a short interlude or a long mix of up to two hours."""
    spread = np.exp(random.standard_normal(count))
    odd = np.where(random.random_sample(count) < 0.5, 20_000, 2_400_000) * spread**0.4
    return np.where(random.random_sample(count) < 0.01, odd, 225_000 * spread**0.28).round().astype(np.int64)


def _syllables(count: int, random: np.random.RandomState) -> list[list[str]]:
    return [[SYLLABLES[i] for i in row] for row in random.randint(len(SYLLABLES), size=(count, 3))]
