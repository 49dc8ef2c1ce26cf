"""Check the fields of parsed playlists and turn them into numbers."""

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
    """Playlists as numbers: tracks, albums and artists are numbered in order of appearance; names are stored once."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.lengths = array("q")
        self.tracks = array("q")  # of all playlists, one after another
        self.track_ids: dict[str, int] = {}  # uri -> id, like the next two
        self.album_ids: dict[str, int] = {}
        self.artist_ids: dict[str, int] = {}
        self.track_names: list[str] = []
        self.album_names: list[str] = []
        self.artist_names: list[str] = []
        self.track_album, self.track_artist, self.track_duration = (array("q") for _ in range(3))

    def add(self, where: str, playlist: Any) -> None:
        """Add one playlist of a slice. Raises DamagedSlice for a field that is missing or has the wrong type."""
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
        self.track_album.append(_id_for(self.album_ids, self.album_names, album, album_name))
        self.track_artist.append(_id_for(self.artist_ids, self.artist_names, artist, artist_name))
        self.track_duration.append(duration)
        return _id_for(self.track_ids, self.track_names, uri, name)


def _field(where: str, found: Any, field: str, kind: type) -> Any:
    try:
        value = found[field]
    except (KeyError, TypeError, IndexError):
        have = f"an object with {', '.join(found)}" if isinstance(found, dict) else f"{type(found).__name__}"
        raise DamagedSlice(where, f'expected an object with "{field}", found {have}') from None
    if type(value) is not kind:  # isinstance would accept a boolean as an int
        raise DamagedSlice(where, f'expected "{field}" to be {kind.__name__}, found {value!r:.60}')
    return value


def _id_for(ids: dict[str, int], names: list[str], uri: str, name: str) -> int:
    """The id of `uri`; a new one gets the next number, and its name is stored."""
    known = ids.setdefault(uri, len(names))
    if known == len(names):
        names.append(name)
    return known
