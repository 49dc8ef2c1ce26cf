"""Parsed playlists become numbers, after each field has been checked."""

from __future__ import annotations

from array import array
from typing import Any

from course_utils.data.playlists.slice_files import DamagedSlice

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


class Vocabulary:
    """Playlists as numbers: tracks, albums and artists get ids by first sight, and names are kept once."""

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


def _field(where: str, found: Any, field: str, kind: type) -> Any:
    try:
        value = found[field]
    except (KeyError, TypeError, IndexError):
        have = f"an object with {', '.join(found)}" if isinstance(found, dict) else f"{type(found).__name__}"
        raise DamagedSlice(where, f'expected an object with "{field}", found {have}') from None
    if type(value) is not kind:  # a truth value would pass for a number
        raise DamagedSlice(where, f'expected "{field}" to be {kind.__name__}, found {value!r:.60}')
    return value


def _sight(ids: dict[str, int], names: list[str], uri: str, name: str) -> int:
    """The id of `uri`; a new one gets the next number, and its name is kept."""
    known = ids.setdefault(uri, len(names))
    if known == len(names):
        names.append(name)
    return known
