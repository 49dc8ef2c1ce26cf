"""Looks for secrets in the files of a release."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from course_grader.errors import CourseError
from course_grader.release.secrets import Secret, leaks

_BINARY_SUFFIXES = {".safetensors"}


class LeakError(CourseError):
    """The release contains what students must not get."""


def expect_no_leak(folder: Path, secrets: Sequence[Secret]) -> None:
    """Raises LeakError, which lists each file below `folder` with the secrets in it."""
    found = [
        f"{name}: {leak}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for name, text in _texts(path, path.relative_to(folder).as_posix())
        for leak in leaks(text, secrets)
    ]
    if found:
        raise LeakError("not released, since students would get:\n  " + "\n  ".join(found))


def _texts(path: Path, name: str) -> Iterator[tuple[str, str]]:
    """The texts of a file: the strings in JSON files and notebooks, and the files in a wheel."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            members = [(f"{name}/{member}", archive.read(member)) for member in archive.namelist()]
    else:
        members = [(name, path.read_bytes())]
    for member, content in members:
        if Path(member).suffix not in _BINARY_SUFFIXES:
            yield member, _text(content, Path(member).suffix)


def _text(content: bytes, suffix: str) -> str:
    text = content.decode("utf-8", errors="replace")
    return "\n".join(_strings(json.loads(text))) if suffix in (".json", ".ipynb") else text


def _strings(value: object) -> Iterator[str]:
    """The strings in a JSON value; a notebook's multi-line strings are lists of lines."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        if value and all(isinstance(item, str) and item.endswith("\n") for item in value[:-1]):
            yield "".join(map(str, value))
        else:
            for item in value:
                yield from _strings(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _strings(item)
