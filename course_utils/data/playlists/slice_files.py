"""Read playlists one by one from a folder of slices (`mpd.slice.0-999.json`, ...), with exact errors for bad files.

A slice is parsed while it is read, so only one playlist is in memory at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SLICE_NAME = re.compile(r"mpd\.slice\.(\d+)-\d+\.json")
BUFFER = 64 * 1024


class DamagedSlice(ValueError):
    """A slice that cannot be read; the message says which file, where in it, what was expected, and what to do."""

    def __init__(self, where: str, problem: str):
        super().__init__(f"{where}: {problem}. Copy this file again from your data set, or remove it from the folder.")


def read_slices(folder: str | Path) -> Iterator[tuple[str, Any]]:
    """Yield (place, playlist) for each playlist of the folder: its place in words, for messages, and its parsed JSON.

    Slices are read in order of their numbers. Raises FileNotFoundError if the folder is missing or contains no slice,
    DamagedSlice for a file that is truncated, not JSON, or without playlists.
    """
    for path in _slice_paths(Path(folder)):
        count = 0
        for count, playlist in enumerate(_stream(path), start=1):
            yield f"{path.name}, playlist number {count} of the file", playlist
        if not count:
            raise DamagedSlice(path.name, 'expected an object with a non-empty list "playlists", found none')


def _slice_paths(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is not a folder: give the folder of the files mpd.slice.*.json")
    numbered = [(int(match[1]), path) for path in folder.iterdir() if (match := SLICE_NAME.fullmatch(path.name))]
    if not numbered:
        raise FileNotFoundError(
            f"{folder} contains no file named like mpd.slice.0-999.json: give the folder of the data set's slices, "
            'often its subfolder "data", or no folder for invented playlists'
        )
    return [path for _, path in sorted(numbered)]


def _stream(path: Path) -> Iterator[Any]:
    import ijson

    count = 0
    with path.open("rb") as file:
        try:
            for playlist in ijson.items(file, "playlists.item", buf_size=BUFFER, use_float=True):
                yield playlist
                count += 1
        except (ijson.JSONError, UnicodeDecodeError) as error:
            raise DamagedSlice(f"{path.name}, {_place(path, file.tell(), count)}", _problem(error)) from None


def _problem(error: Exception) -> str:
    told = error.args[0] if error.args and isinstance(error.args[0], bytes) else str(error).encode()
    return f"expected JSON to the end of the file, but: {' '.join(told.decode(errors='replace').split())}"


def _place(path: Path, bytes_read: int, playlists: int) -> str:
    """Where the parser failed, found by parsing the last buffer again byte by byte."""
    import ijson

    parser = ijson.basic_parse_coro(ijson.sendable_list())
    size, after = path.stat().st_size, f"after {playlists} complete playlists"
    with path.open("rb") as file:
        offset = 0
        try:
            while offset < bytes_read:
                chunk = file.read(BUFFER if offset + BUFFER < bytes_read else 1)
                parser.send(chunk)
                offset += len(chunk)
        except (ijson.JSONError, UnicodeDecodeError):
            return f"byte {offset} of {size}, {after}"
    # The syntax is valid: the file is truncated, or contains a number that Python's parser rejects.
    return f"{'at its end,' if offset >= size else 'before'} byte {offset}, {after}"
