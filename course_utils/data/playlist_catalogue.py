"""An invented catalogue of tracks: artists with albums, hidden moods, a long tail of popularity.

Nothing in it is real; names are strung together from syllables. All draws are from numpy's legacy generator, whose
streams never change, so one seed gives one catalogue on every machine.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

TRACKS_PER_ARTIST = 12
TRACKS_PER_ALBUM = 8
TRACKS_PER_MOOD = 600
ARTIST_TAIL = 0.9  # the popularity of artists falls as rank^-0.9, near to Zipf's law
TRACK_TAIL = 0.6  # and that of an artist's tracks as rank^-0.6
SECOND_MOOD = 0.25  # share of artists at home in two moods

SYLLABLES = [a + b for a in "b d f g k l m n p r s t v z br dr kl st".split() for b in ("a", "e", "i", "o", "u", "ai")]
PLACES = "Harbour Window Garden Ladder Lantern Orchard Station Meadow Kitchen Corridor Balcony Bridge".split()
ADJECTIVES = "amber brisk chalk drowsy electric foggy gentle hollow iron jagged lilac mellow paper quiet rusty".split()
NOUNS = "attic bakery canal depot engine ferry glacier hangar island jetty kiosk lagoon market quarry".split()


class Catalogue:
    """`num_tracks` tracks, and how likely each is in each mood; built from `seed`."""

    def __init__(self, num_tracks: int, seed: int):
        if num_tracks < 1:
            raise ValueError(f"num_tracks must be at least 1, got {num_tracks}")
        random = np.random.RandomState([seed, 1])
        self.num_tracks = num_tracks
        self.num_moods = max(3, num_tracks // TRACKS_PER_MOOD)
        self.track_artist, self.artist_start = _cut(num_tracks, TRACKS_PER_ARTIST, random)
        self.track_album = self._albums(random)
        self.duration_ms = _durations(num_tracks, random)
        self._place_in_moods(random)
        self._words = [_word(random) for _ in range(2 * len(self.artist_start))]

    def _albums(self, random: np.random.RandomState) -> np.ndarray:
        """(T,) album ids: an artist's tracks, cut into albums; no album spans two artists."""
        albums, _ = _cut(self.num_tracks, TRACKS_PER_ALBUM, random)
        starts = np.r_[True, (np.diff(albums) > 0) | (np.diff(self.track_artist) > 0)]
        return np.cumsum(starts) - 1

    def _place_in_moods(self, random: np.random.RandomState) -> None:
        """`mood_tracks`: tracks, mood by mood; `mood_share`: running sums of likelihood, mood m's in m to m + 1."""
        num_artists = len(self.artist_start)
        home = random.randint(self.num_moods, size=num_artists)  # (A,)
        second = np.where(
            random.random_sample(num_artists) < SECOND_MOOD, random.randint(self.num_moods, size=num_artists), -1
        )
        home[: self.num_moods] = np.arange(self.num_moods)[:num_artists]  # no mood is empty
        fame = random.permutation(num_artists)  # (A,) rank among all artists
        track_rank = np.arange(self.num_tracks) - self.artist_start[self.track_artist]  # (T,) within the artist
        self.track_weight = (1.0 + fame[self.track_artist] / self.num_moods) ** -ARTIST_TAIL * (
            1.0 + track_rank
        ) ** -TRACK_TAIL
        tracks = np.arange(self.num_tracks)
        also = second[self.track_artist] >= 0
        mood = np.r_[home[self.track_artist], second[self.track_artist][also]]
        tracks = np.r_[tracks, tracks[also]]
        order = np.argsort(mood, kind="stable")
        self.mood_tracks, mood = tracks[order], mood[order]
        sums = np.cumsum(self.track_weight[self.mood_tracks])
        ends = sums[np.searchsorted(mood, np.arange(self.num_moods), side="right") - 1]  # (M,)
        begins = np.r_[0.0, ends[:-1]]
        self.mood_share = mood + (sums - begins[mood]) / (ends - begins)[mood]

    def draw(self, moods: np.ndarray, uniform: np.ndarray) -> np.ndarray:
        """A track for each mood (N,) and number in [0, 1) (N,), by likelihood within the mood."""
        places = np.searchsorted(self.mood_share, moods + uniform, side="right")
        return self.mood_tracks[np.minimum(places, len(self.mood_tracks) - 1)]

    def draw_of_artist(self, artists: np.ndarray, uniform: np.ndarray) -> np.ndarray:
        """A track of each artist (N,): the smaller its number, the likelier."""
        ends = np.r_[self.artist_start[1:], self.num_tracks]
        starts = self.artist_start[artists]
        return starts + ((ends[artists] - starts) * uniform**1.5).astype(np.int64)

    @cache  # noqa: B019  (a catalogue lives as long as its records)
    def record(self, track: int) -> dict[str, Any]:
        """What a playlist's entry says of a track, but for its place."""
        artist, album = int(self.track_artist[track]), int(self.track_album[track])
        word = self._words[(track * 7919) % len(self._words)]
        return {
            "artist_name": " ".join(self._words[2 * artist : 2 * artist + 2]),
            "track_uri": f"invented:track:{track}",
            "artist_uri": f"invented:artist:{artist}",
            "track_name": f"{PLACES[track % len(PLACES)]} of {word}",
            "album_uri": f"invented:album:{album}",
            "duration_ms": int(self.duration_ms[track]),
            "album_name": f"{self._words[(album * 104729) % len(self._words)]} {PLACES[album % len(PLACES)]}",
        }

    def mood_name(self, mood: int) -> str:
        return f"{ADJECTIVES[mood % len(ADJECTIVES)]} {NOUNS[mood * 3 // len(ADJECTIVES) % len(NOUNS)]}"


def _cut(count: int, mean: int, random: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
    """`count` things in runs of long-tailed length: the run of each (count,), and where each run starts."""
    lengths = random.geometric(1 / mean, size=count)
    starts = np.r_[0, np.cumsum(lengths)]
    starts = starts[starts < count]
    return np.searchsorted(starts, np.arange(count), side="right") - 1, starts


def _durations(count: int, random: np.random.RandomState) -> np.ndarray:
    """(count,) milliseconds: around 3:45; one in a hundred is a short interlude or a mix of up to two hours."""
    usual = 225_000 * np.exp(0.28 * random.standard_normal(count))
    odd = np.where(random.random_sample(count) < 0.5, 20_000, 2_400_000) * np.exp(0.4 * random.standard_normal(count))
    return np.where(random.random_sample(count) < 0.01, odd, usual).round().astype(np.int64)


def _word(random: np.random.RandomState) -> str:
    return "".join(SYLLABLES[i] for i in random.randint(len(SYLLABLES), size=random.randint(2, 4))).capitalize()
