"""Looks for secrets in the files of a release."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from course_grader.errors import CourseError
from course_grader.release.secrets import Secret, leaks

_BINARY_SUFFIXES = {".safetensors"}
_DEPTH = 3  # of archives in archives


class LeakError(CourseError):
    """The release contains what students must not get."""


def expect_no_leak(folder: Path, secrets: Sequence[Secret]) -> None:
    """Raises LeakError, which lists each file below `folder` with the secrets in it."""
    found = [
        f"{name}: {problem}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for name, content in _members(path.relative_to(folder).as_posix(), path.read_bytes())
        for problem in _problems(name, content, secrets)
    ]
    if found:
        raise LeakError("not released, since students would get:\n  " + "\n  ".join(found))


def _members(name: str, content: bytes, depth: int = 0) -> Iterator[tuple[str, bytes | None]]:
    """A file, or the files in an archive (a wheel is one), also in archives within it; None if it cannot be read."""
    try:
        packed = _unpacked(content)
    except (OSError, EOFError, RuntimeError, zlib.error, zipfile.BadZipFile, tarfile.TarError):  # damaged, encrypted
        yield name, None
        return
    if packed is None:
        yield name, content
    elif depth == _DEPTH:
        yield name, None
    else:
        for member, inner in packed.items():
            yield from _members(f"{name}/{member}", inner, depth + 1)


def _unpacked(content: bytes) -> dict[str, bytes] | None:
    """The files in a zip, gzip or tar file, by name; None if it is none of these."""
    stream = io.BytesIO(content)
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(stream) as archive:
            return {entry.filename: archive.read(entry) for entry in archive.infolist() if not entry.is_dir()}
    if content.startswith(b"\x1f\x8b"):
        return {"unpacked": gzip.decompress(content)}
    if content[257:262] == b"ustar":
        with tarfile.open(fileobj=stream) as tar:
            files = {entry.name: tar.extractfile(entry) for entry in tar if entry.isfile()}
            return {name: file.read() for name, file in files.items() if file}
    return None


def _problems(name: str, content: bytes | None, secrets: Sequence[Secret]) -> Iterator[str]:
    path = PurePosixPath(name)
    if path.suffix in (".pyc", ".pyo") or any(part.startswith(".") or part == "__pycache__" for part in path.parts):
        yield "a hidden or compiled file, which editors and Python leave behind"
    elif content is None:
        yield "an archive that cannot be read"
    elif path.suffix not in _BINARY_SUFFIXES:
        yield from map(str, leaks(_text(content, path.suffix), secrets))


def _text(content: bytes, suffix: str) -> str:
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    text = content.decode(encoding, errors="replace")
    if suffix not in (".json", ".ipynb"):
        return text
    try:
        return "\n".join(_strings(json.loads(text)))
    except ValueError:
        return text  # a part of a file, or not JSON in spite of its name


def _strings(value: object) -> Iterator[str]:
    """The strings in a JSON value; a notebook's multi-line strings are lists of lines."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        texts = [item for item in value if isinstance(item, str)]
        if len(texts) == len(value) and all(text.endswith("\n") for text in texts[:-1]):
            yield "".join(texts)
        else:
            for item in value:
                yield from _strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _strings(item)
