"""Lab 08's reference `score_catalogue` on a catalogue of the real size: memory, and time compared with a matmul.

    python benchmarks/catalogue.py [--tracks N]

2,262,292 tracks with random embeddings of 64 features, 5 context tracks, the best 500 tracks; also on a GPU, if
there is one. Prints a Markdown table and writes build/benchmark_catalogue.json. "whole" scores the catalogue at once.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from course_grader.judge.reference import run_reference
from course_grader.notebooks import find_lab
from course_utils.training.memory import peak_bytes

ROOT = Path(__file__).resolve().parents[1]
TRACKS, FEATURES, CONTEXT, BEST = 2_262_292, 64, 5, 500
CHUNKS = (4096, 65_536)
REPEATS = 5
Inputs = tuple[torch.Tensor, ...]


@dataclass
class Cost:
    """seconds: median. times_matmul: relative to context @ catalogue.T alone. working_mb: peak of new tensors."""

    device: str
    how: str
    seconds: float
    times_matmul: float
    working_mb: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--tracks", type=int, default=TRACKS, metavar="N", help=f"catalogue size (default: {TRACKS})")
    tracks = parser.parse_args().tracks
    lab = run_reference(find_lab("08_playlist_recommender", ROOT))
    threads = torch.get_num_threads()
    print(f"{tracks:,} tracks: {tracks * FEATURES * 4 / 1e6:.0f} MB of embeddings; threads: {threads}\n")
    print("| device | how | seconds | of a matmul | working memory (MB) |\n|---|---|---|---|---|")
    costs = chunked(lab, draw(tracks, "cpu"))
    process_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # the whole comes after
    costs.append(at_once(lab, draw(tracks, "cpu")))
    if torch.cuda.is_available():
        inputs = draw(tracks, "cuda")
        costs += [*chunked(lab, inputs), at_once(lab, inputs)]
    print(f"\nThe process, with PyTorch and the catalogue, held {process_mb:.0f} MB at most for the chunks on the CPU.")
    target = ROOT / "build" / "benchmark_catalogue.json"
    target.parent.mkdir(exist_ok=True)
    record = {"tracks": tracks, "threads": threads, "process_mb": process_mb, "costs": [asdict(cost) for cost in costs]}
    target.write_text(json.dumps(record, indent=1) + "\n")


def draw(tracks: int, device: str) -> Inputs:
    """Context, its albums and artists, catalogue, its albums and artists, as `score_catalogue` takes them."""
    generator = torch.Generator(device).manual_seed(0)
    catalogue = torch.randn(tracks, FEATURES, generator=generator, device=device)  # (T, F)
    album = torch.arange(tracks, device=device) // 3  # about the data set's tracks per album
    artist = album // 3
    picked = torch.randint(tracks, (CONTEXT,), generator=generator, device=device)
    return catalogue[picked], album[picked], artist[picked], catalogue, album, artist


def chunked(lab: dict[str, Any], inputs: Inputs) -> list[Cost]:
    def score(chunk_size: int) -> Any:
        return lab["score_catalogue"](*inputs, BEST, chunk_size=chunk_size)

    return [measure(f"chunks of {size:,}", partial(score, size), inputs) for size in CHUNKS]


def at_once(lab: dict[str, Any], inputs: Inputs) -> Cost:
    def score() -> Any:
        context, context_album, context_artist, catalogue, album, artist = inputs
        return lab["affinity"](catalogue, context, album, context_album, artist, context_artist).topk(BEST)

    # Indices are not compared: different tracks may have equal scores.
    torch.testing.assert_close(score().values, lab["score_catalogue"](*inputs, BEST)[0])
    return measure("whole", score, inputs)


def measure(how: str, work: Callable[[], Any], inputs: Inputs) -> Cost:
    context, catalogue = inputs[0], inputs[3]
    device = catalogue.device.type
    # In turn, so that other load on the machine affects both.
    pairs = [(seconds(work, device), seconds(lambda: context @ catalogue.T, device)) for _ in range(1 + REPEATS)]
    taken, matmul = map(statistics.median, zip(*pairs[1:], strict=True))  # the first ones warm up
    cost = Cost(device, how, taken, taken / matmul, peak_bytes(work, device) / 1e6)
    print(f"| {device} | {how} | {taken:.3f} | {cost.times_matmul:.1f} | {cost.working_mb:.1f} |", flush=True)
    return cost


def seconds(work: Callable[[], Any], device: str) -> float:
    began = time.perf_counter()
    work()
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
