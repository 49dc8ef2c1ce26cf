"""Download one file: it appears under its name only when it is complete, and an interrupted transfer is resumed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from course_utils._version import __version__
from course_utils.data.cache import disk_errors, file_sha256, is_whole, move_into_place
from course_utils.data.errors import CourseDataError
from course_utils.progress import progress

BLOCK = 2**20  # bytes
TIMEOUT = 30.0  # seconds without any answer


def download(url: str, target: Path, *, sha256: str | None = None) -> Path:
    """The file at `url` as `target`; nothing is transferred when it is there already and whole.

    sha256: the expected checksum, hexadecimal. Without one, that of the first download is recorded beside the file, so
    that later damage is noticed and the file fetched again. What has arrived so far lies in `target`.part; one process
    at a time may download to one target. Progress is shown on stdout, in MB, and clears itself.
    Raises CourseDataError, with what to do, when the server cannot be reached, answers with an error or breaks off,
    when the checksum is wrong, and when the disk is full or not writable.
    """
    if is_whole(target) and sha256 in (None, file_sha256(target)):
        return target
    part = target.with_name(f"{target.name}.part")
    with disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _fetch(url, part)
        _validator_of(part).unlink()
        came = file_sha256(part)
        if sha256 not in (None, came):
            part.unlink()
            raise CourseDataError(
                f"what {url} sent has the wrong checksum: expected SHA-256 {sha256}, got {came}. It was removed; try "
                "again, and if it happens again the file on the server is not the one that this course was made with"
            )
        move_into_place(part, target)
    return target


@contextmanager
def byte_progress(total: int | None, label: str) -> Iterator[Callable[[int], None]]:
    """A progress bar in MB: `with byte_progress(size, "file") as at: ... at(position)`; total: bytes, if known."""
    with progress(math.ceil((total or 0) / 1e6), f"{label} (MB)") as advance:
        shown = 0

        def at(position: int) -> None:
            nonlocal shown
            advance(position // 10**6 - shown)
            shown = position // 10**6

        yield at


def _fetch(url: str, part: Path) -> None:
    """Fill `part`, from where an earlier transfer of the same version of the file stopped."""
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
        raise _interrupted(url, f"{got:,} of {total:,} bytes came")


def _range(part: Path) -> dict[str, str]:
    """Headers that ask for the rest of `part`, or for all of a file that has changed since."""
    validator = _validator_of(part)
    tag = validator.read_text() if part.exists() and validator.exists() else ""
    if not tag or tag.startswith("W/") or not part.stat().st_size:  # only a strong ETag promises the same bytes
        return {}
    return {"Range": f"bytes={part.stat().st_size}-", "If-Range": tag}


def _validator_of(part: Path) -> Path:
    return part.with_name(f"{part.name}.etag")


def _open(request: Request, url: str) -> HTTPResponse:
    try:
        return urlopen(request, timeout=TIMEOUT)
    except HTTPError as error:
        if error.code == 416:  # nothing is left of what we have: it is complete, or not the file that is there now
            return _open(Request(url, headers={"User-Agent": request.get_header("User-agent")}), url)
        raise CourseDataError(
            f"{url} answered {error.code} {error.reason} where the file was expected. Try again later; if it stays so, "
            "the file has moved"
        ) from error
    except (OSError, HTTPException) as error:
        raise CourseDataError(
            f"{url} cannot be reached ({getattr(error, 'reason', None) or error}). Check the network and try again, or "
            "work with the profile cpu, which needs none"
        ) from error


def _blocks(response: HTTPResponse, url: str) -> Iterator[bytes]:
    try:
        while block := response.read(BLOCK):
            yield block
    except (OSError, HTTPException) as error:
        raise _interrupted(url, str(error) or type(error).__name__) from error


def _interrupted(url: str, how: str) -> CourseDataError:
    return CourseDataError(
        f"the transfer of {url} broke off: {how}. Run this again: it goes on where it stopped, if the server can"
    )
