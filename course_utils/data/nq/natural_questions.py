"""Natural Questions as prepared for Dense Passage Retrieval (DPR): real questions, each with its gold passage.

    train, validation = load_natural_questions()                    # 58,880 and 6,515 samples; downloaded once
    train, validation = load_natural_questions("/path/to/folder")   # contains nq-train.json and nq-val.json

Papers: Kwiatkowski et al., "Natural Questions", 2019, https://aclanthology.org/Q19-1026; Karpukhin et al., "Dense
Passage Retrieval", 2020, https://arxiv.org/abs/2004.04906.
Licences: Natural Questions is under CC BY-SA 3.0; the files come from the DPR repository, which is under CC BY-NC 4.0,
so they are not for commercial use. The course links to the files and includes no part of them.
"""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from course_utils.data.cache import cache_folder, disk_errors, is_intact, move_into_place, remove
from course_utils.data.download import byte_progress, download
from course_utils.data.errors import CourseDataError, DamagedDataError
from course_utils.data.nq.knowledge_base import Sample
from course_utils.data.nq.sample_files import field, read_samples, sample_of, stream_list, write_samples

DPR_FILES = {
    "train": "https://dl.fbaipublicfiles.com/dpr/data/retriever/biencoder-nq-train.json.gz",
    "val": "https://dl.fbaipublicfiles.com/dpr/data/retriever/biencoder-nq-dev.json.gz",
}
PARTS = ("train", "val")


def load_natural_questions(
    folder: str | os.PathLike[str] | None = None,
    *,
    cache: str | os.PathLike[str] | None = None,
    urls: Mapping[str, str] = DPR_FILES,
) -> tuple[list[Sample], list[Sample]]:
    """All samples (train, validation): lists of {"question", "answers", "gold_context": {"title", "text"}}.

    folder: a folder with nq-train.json and nq-val.json in that schema; then nothing is downloaded. Otherwise the files
    at `urls` ("train" and "val", in DPR's format) are downloaded to `cache`, converted once and removed. The converted
    files are kept with their checksums, and made again if they no longer match. cache: default `cache_folder()`.
    A question's gold passage is its first positive passage; questions without one are left out and counted.
    Raises CourseDataError, with file, position and what to do, for data that cannot be fetched or read. Checksums of
    DPR's files are not known here: a download counts as intact if its length and gzip's own checksum are right.

    See also: `load_questions`, which draws from these samples.
    """
    if folder is not None:
        return _read(Path(folder))
    cache = Path(cache) if cache is not None else cache_folder() / "natural-questions"
    if not all(map(is_intact, _files(cache))):
        _make(cache, urls)
    return _read(cache)


def _files(folder: Path) -> list[Path]:
    return [folder / f"nq-{part}.json" for part in PARTS]


def _read(folder: Path) -> tuple[list[Sample], list[Sample]]:
    missing = [path.name for path in _files(folder) if not path.is_file()]
    if missing:
        raise CourseDataError(f"{folder} must contain nq-train.json and nq-val.json; missing: {', '.join(missing)}")
    train, validation = map(read_samples, _files(folder))
    return train, validation


def _make(cache: Path, urls: Mapping[str, str]) -> None:
    """Download and convert missing or damaged files; a second notebook waits until the first is done."""
    from filelock import FileLock

    with disk_errors(cache):
        cache.mkdir(parents=True, exist_ok=True)
        lock = FileLock(cache / "lock")
        lock.acquire()
    try:
        found = [
            _make_file(urls[part], cache / f"{part}.json.gz", target)
            for part, target in zip(PARTS, _files(cache), strict=True)
            if not is_intact(target)
        ]
    finally:
        lock.release()
    for line in found:  # after the last progress bar, which clears the cell's output
        print(line)


def _make_file(url: str, packed: Path, target: Path) -> str:
    """Download and convert one file; returns a line that says what was found."""
    download(url, packed)
    try:
        count, dropped = _convert(packed, target)
    except DamagedDataError as error:
        remove(packed)
        raise CourseDataError(f"{error}. The download was removed: run this again to repeat it") from error
    remove(packed)
    return f"{target.name}: {count:,} questions; {dropped:,} without a positive passage left out"


def _convert(packed: Path, target: Path) -> tuple[int, int]:
    """Convert DPR's file to the course's schema; returns the numbers of samples written and left out."""
    unfinished = target.with_name(f"{target.name}.part")
    reader = _Reader(packed)
    try:
        with disk_errors(target), byte_progress(packed.stat().st_size, target.name) as at:
            count = write_samples(unfinished, reader.samples(at))
            if not count:
                raise CourseDataError(f"expected DPR's format in {packed}, found no question with a positive passage")
            move_into_place(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)
    return count, reader.dropped


class _Reader:
    """The samples of a gzipped file in DPR's format; `dropped` counts the questions without a positive passage."""

    def __init__(self, packed: Path):
        self.packed, self.dropped = packed, 0

    def samples(self, at: Callable[[int], None]) -> Iterator[Sample]:
        """Yields the samples; calls `at` with the number of compressed bytes read."""
        with self.packed.open("rb") as raw, gzip.GzipFile(fileobj=raw) as stream:
            for number, item in enumerate(self._items(stream)):
                place = f"item {number} (from 0) of {self.packed}"
                positive = field(item, "positive_ctxs", list, place)
                if positive:
                    yield sample_of(item, positive[0], place)
                self.dropped += not positive
                at(raw.tell())

    def _items(self, stream: gzip.GzipFile) -> Iterator[Any]:
        try:
            yield from stream_list(stream, self.packed)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DamagedDataError(
                f"{self.packed} is damaged near byte {stream.tell():,} of its decompressed content: {error}"
            ) from error
