"""Files of questions with their gold passages: one JSON list, read and written one sample at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from gzip import GzipFile
from pathlib import Path
from typing import Any, BinaryIO

from course_utils.data.errors import CourseDataError, DamagedDataError
from course_utils.data.nq.knowledge_base import Sample

SCHEMA = '{"question": str, "answers": [str, ...], "gold_context": {"title": str, "text": str}}'


def read_samples(path: Path) -> list[Sample]:
    """All samples of a file in the course's schema; other fields are ignored.

    Raises CourseDataError, with file and position, if the file is missing, not JSON, truncated or in another schema.
    """
    try:
        with path.open("rb") as stream:
            samples = [_sample(item, number, path) for number, item in enumerate(stream_list(stream, path))]
    except OSError as error:
        raise CourseDataError(
            f"{path} could not be read ({error.strerror}): expected a JSON list of {SCHEMA}"
        ) from error
    if not samples:
        raise CourseDataError(f"expected a JSON list of {SCHEMA} in {path}, found an empty list")
    return samples


def write_samples(path: Path, samples: Iterable[Sample]) -> int:
    """Write the samples to a JSON list, one per line, as they arrive; returns how many there are."""
    count = 0
    with path.open("w", encoding="utf-8") as stream:
        stream.write("[")
        for count, sample in enumerate(samples, start=1):
            stream.write(",\n" if count > 1 else "\n")
            json.dump(sample, stream, ensure_ascii=False)
        stream.write("\n]\n")
    return count


def stream_list(stream: BinaryIO | GzipFile, path: Path) -> Iterator[Any]:
    """The items of the JSON list that `stream` reads from `path`, one at a time.

    Raises DamagedDataError, with the position, if the text is not valid JSON.
    """
    import ijson

    count = 0
    try:
        for item in ijson.items(stream, "item", use_float=True):
            yield item
            count += 1
    except (ijson.JSONError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise DamagedDataError(
            f"{path} is not a complete JSON list: after {count:,} items, before byte {stream.tell():,} (decompressed): "
            f"{reason}"
        ) from error


def field(item: Any, name: str, kind: type, place: str) -> Any:
    """item[name], which must be of the given kind (else CourseDataError); `place` says where the item is."""
    value = item.get(name) if isinstance(item, dict) else None
    if not isinstance(value, kind):
        got = type(value).__name__ if isinstance(item, dict) and name in item else "none"
        raise CourseDataError(f"{place}: expected `{name}` of type {kind.__name__}, got {got}: {str(item)[:120]}")
    return value


def sample_of(question_item: Any, passage_item: Any, place: str) -> Sample:
    """A sample in the course's schema: question and answers from one item, the gold passage from another."""
    answers = field(question_item, "answers", list, place)
    if not all(isinstance(answer, str) for answer in answers):
        raise CourseDataError(f"{place}: expected `answers` that are all str, got {str(answers)[:120]}")
    return {
        "question": field(question_item, "question", str, place),
        "answers": answers,
        "gold_context": {name: field(passage_item, name, str, f"the passage of {place}") for name in ("title", "text")},
    }


def _sample(item: Any, number: int, path: Path) -> Sample:
    place = f"item {number} (from 0) of {path}"
    return sample_of(item, field(item, "gold_context", dict, place), place)
