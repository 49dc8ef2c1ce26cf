"""Files of questions with their gold passages: one JSON list, read and written one sample at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from course_utils.data.errors import CourseDataError, DamagedDataError
from course_utils.data.nq.knowledge_base import Sample

SCHEMA = '{"question": str, "answers": [str, ...], "gold_context": {"title": str, "text": str}}'


def read_samples(path: Path) -> list[Sample]:
    """All samples of a file in the course's schema; fields beyond it are left out.

    Raises CourseDataError, with file and position, for a file that is missing, not JSON, cut off or of another schema.
    """
    try:
        with path.open("rb") as stream:
            samples = [_sample(item, number, path) for number, item in enumerate(stream_list(stream, path))]
    except OSError as error:
        raise CourseDataError(
            f"{path} could not be read ({error.strerror}): a JSON list of {SCHEMA} is expected"
        ) from error
    if not samples:
        raise CourseDataError(f"{path} holds no sample: a JSON list of {SCHEMA} is expected")
    return samples


def write_samples(path: Path, samples: Iterable[Sample]) -> int:
    """Write the samples as a JSON list, one a line, as they come; their number comes back."""
    count = 0
    with path.open("w", encoding="utf-8") as stream:
        stream.write("[")
        for count, sample in enumerate(samples, start=1):
            stream.write(",\n" if count > 1 else "\n")
            json.dump(sample, stream, ensure_ascii=False)
        stream.write("\n]\n")
    return count


def stream_list(stream: BinaryIO, path: Path) -> Iterator[Any]:
    """The items of the JSON list that `stream` reads from `path`, one at a time.

    Raises DamagedDataError, which says where, when it stops being JSON.
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
            f"{path} is no whole JSON list: after {count:,} items, before byte {stream.tell():,} (unpacked), {reason}"
        ) from error


def field(item: Any, name: str, kind: type, place: str) -> Any:
    """item[name], which must be of the given kind; `place` says where the item stands."""
    value = item.get(name) if isinstance(item, dict) else None
    if not isinstance(value, kind):
        came = f"it is {type(value).__name__}" if isinstance(item, dict) and name in item else "there is none"
        raise CourseDataError(f"{place} must have a `{name}` of type {kind.__name__}, and {came}: {str(item)[:120]}")
    return value


def sample_of(question_item: Any, passage_item: Any, place: str) -> Sample:
    """A sample in the course's schema, with question and answers from one item and its gold passage from another."""
    answers = field(question_item, "answers", list, place)
    if not all(isinstance(answer, str) for answer in answers):
        raise CourseDataError(f"{place} must have `answers` that are all str, not {str(answers)[:120]}")
    return {
        "question": field(question_item, "question", str, place),
        "answers": answers,
        "gold_context": {name: field(passage_item, name, str, f"the passage of {place}") for name in ("title", "text")},
    }


def _sample(item: Any, number: int, path: Path) -> Sample:
    place = f"item {number} (from 0) of {path}"
    return sample_of(item, field(item, "gold_context", dict, place), place)
