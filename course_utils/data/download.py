"""Download one file: it gets its final name only once complete, and an interrupted transfer is resumed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from course_utils._version import __version__
from course_utils.data.cache import disk_errors, file_sha256, is_intact, move_into_place
from course_utils.data.errors import CourseDataError
from course_utils.progress import progress

BLOCK = 2**20  # bytes
TIMEOUT = 30.0  # seconds without any data


def download(url: str, target: Path, *, sha256: str | None = None) -> Path:
    """Download `url` to `target`, unless `target` is already there and intact; returns `target`.

    sha256: the expected checksum, hexadecimal. The checksum of the download is recorded next to the file, so a file
    that is damaged later is downloaded again. A partial download is kept in `target`.part; only one process at a time
    may download to one target. A progress bar in MB is shown on stdout and removes itself.
    Raises CourseDataError, with what to do, if the server cannot be reached, answers with an error or breaks off, if
    the checksum is wrong, or if the disk is full or not writable.
    """
    if is_intact(target) and sha256 in (None, file_sha256(target)):
        return target
    part = target.with_name(f"{target.name}.part")
    with disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _fetch(url, part)
        _validator_of(part).unlink()
        got = file_sha256(part)
        if sha256 not in (None, got):
            part.unlink()
            raise CourseDataError(
                f"the file from {url} has the wrong checksum: expected SHA-256 {sha256}, got {got}. It was removed. "
                "Try again; if this happens again, the file on the server has changed since this course was made"
            )
        move_into_place(part, target)
    return target


@contextmanager
def byte_progress(total: int | None, label: str) -> Iterator[Callable[[int], None]]:
    """A progress bar in MB: `with byte_progress(size, "file") as at: ... at(position)`.

    total and position: bytes; total is None if it is unknown.
    """
    with progress(math.ceil((total or 0) / 1e6), f"{label} (MB)") as advance:
        shown = 0

        def at(position: int) -> None:
            nonlocal shown
            advance(position // 10**6 - shown)
            shown = position // 10**6

        yield at


def _fetch(url: str, part: Path) -> None:
    """Fill `part`, resuming an earlier transfer of the same version of the file."""
    headers = {"User-Agent": f"deep-learning-labs/{__version__}", **_range(part)}
    with _open(Request(url, headers=headers), url) as response:
        resumed = response.status == 206
        if not resumed:
            _validator_of(part).write_text(response.headers.get("ETag") or "")
        have = part.stat().st_size if resumed else 0
        length = response.headers.get("Content-Length")
        total = have + int(length) if length else None
        with part.open("ab" if resumed else "wb") as stream, byte_progress(total, part.stem) as at:
            for block in _blocks(response, url):
                stream.write(block)
                at(stream.tell())
        got = part.stat().st_size
    if total is not None and got != total:
        raise _interrupted(url, f"got {got:,} of {total:,} bytes")


def _range(part: Path) -> dict[str, str]:
    """Headers that ask for the rest of `part`, or for the whole file if it has changed since."""
    validator = _validator_of(part)
    tag = validator.read_text() if part.exists() and validator.exists() else ""
    if not tag or tag.startswith("W/") or not part.stat().st_size:  # only a strong ETag guarantees the same bytes
        return {}
    return {"Range": f"bytes={part.stat().st_size}-", "If-Range": tag}


def _validator_of(part: Path) -> Path:
    return part.with_name(f"{part.name}.etag")


def _open(request: Request, url: str) -> HTTPResponse:
    try:
        return urlopen(request, timeout=TIMEOUT)
    except HTTPError as error:
        error.close()
        if error.code == 416 and request.has_header("Range"):  # `part` is complete, or the file changed
            request.remove_header("Range")
            request.remove_header("If-range")
            return _open(request, url)
        raise CourseDataError(
            f"expected a file at {url}, got {error.code} {error.reason}. Try again later; if the error remains, the "
            "file has moved"
        ) from error
    except (OSError, HTTPException) as error:
        raise CourseDataError(
            f"{url} cannot be reached ({getattr(error, 'reason', None) or error}). Check the network and try again, or "
            "use the profile cpu, which needs no network"
        ) from error


def _blocks(response: HTTPResponse, url: str) -> Iterator[bytes]:
    try:
        while block := response.read(BLOCK):
            yield block
    except (OSError, HTTPException) as error:
        raise _interrupted(url, str(error) or type(error).__name__) from error


def _interrupted(url: str, how: str) -> CourseDataError:
    return CourseDataError(
        f"the download of {url} was interrupted: {how}. Run this again; it resumes if the server supports it"
    )
