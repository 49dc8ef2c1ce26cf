"""Retrieval compared with libraries, on one machine in one run: a training step, embedding, and exact search.

    python benchmarks/retrieval.py [--quick]

A step and its memory: lab 05's loss and the course's training loop, compared with sentence-transformers' trainer and
its MultipleNegativesRankingLoss, with the same DistilBERT (random weights), data, batch and precision. Embedding: the
course's `embed` compared with `SentenceTransformer.encode`. Search: lab 05's `top_k_passages` compared with faiss and a
plain matrix product. On a CPU, the model is as small as in the labs and uses one thread; with CUDA, it has DistilBERT's
usual size and uses bfloat16. Times are processor time on a CPU and wall time with CUDA. Prints a Markdown table and
writes build/retrieval.json.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import warnings
from pathlib import Path
from typing import Any

import faiss
import retrieval_search
import torch
from clock import now
from retrieval_training import Course, Library, Stopwatch, save_model
from transformers import DistilBertConfig
from transformers.utils import logging

from course_grader.judge.reference import run_reference
from course_grader.notebooks import find_lab
from course_utils.data.nq.mini_nq import make_mini_nq
from course_utils.training.memory import peak_bytes

ROOT = Path(__file__).resolve().parents[1]
SMALL = DistilBertConfig(vocab_size=4000, dim=128, n_layers=2, n_heads=4, hidden_dim=256)
Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it runs")
    parser.add_argument("--sizes", type=int, nargs="+", help="passages to search (default: 10,000 to 1,000,000)")
    parser.add_argument("--steps", type=int, help="training steps a run (default: 20, with CUDA 100)")
    parser.add_argument("--batch-size", type=int, default=128)
    parser.add_argument("--passages", type=int, help="passages to embed (default: 2,000, with CUDA 50,000)")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each side, in turn (default: 3)")
    options = parser.parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    on_gpu = device.type == "cuda"
    sizes = options.sizes or ([10_000] if options.quick else [10_000, 100_000, 1_000_000])
    steps = options.steps or (5 if options.quick else 100 if on_gpu else 20)
    passages = options.passages or (200 if options.quick else 50_000 if on_gpu else 2_000)
    torch.set_num_threads(1)
    faiss.omp_set_num_threads(1)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    warnings.simplefilter("ignore")
    machine = describe(device)
    print(machine)
    print("\n| what | against | ours | theirs | ours / theirs |\n|---|---|---|---|---|", flush=True)
    lab = run_reference(find_lab("05_nce_dual_encoder", ROOT))
    config, dim = (DistilBertConfig(), 768) if on_gpu else (SMALL, 128)
    rows = training(lab, config, device, steps, options.batch_size, passages, options.repeats)
    for size in sizes:
        rows += shown(retrieval_search.compare(lab, size, dim, device, options.repeats))
    target = ROOT / "build" / "retrieval.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1) + "\n")


def describe(device: torch.device) -> str:
    name = torch.cuda.get_device_name() if device.type == "cuda" else f"one thread of {os.cpu_count()} processors"
    return f"{name}, torch {torch.__version__}; load at the start {os.getloadavg()[0]:.1f}"


def training(
    lab: dict[str, Any],
    config: DistilBertConfig,
    device: torch.device,
    steps: int,
    batch_size: int,
    passages: int,
    repeats: int,
) -> list[Row]:
    """Rows of the table: time and peak memory of a training step, time for embedding."""
    train, _ = make_mini_nq(steps * batch_size, 1)
    contexts = [sample["gold_context"] for sample in make_mini_nq(passages, 1)[0]]
    seconds: list[list[float]] = []
    embedding: list[list[float]] = []
    with tempfile.TemporaryDirectory() as folder:
        save_model(config, Path(folder))

        def sides() -> list[Course | Library]:
            return [Course(lab, Path(folder), device), Library(Path(folder), device)]

        for _ in range(repeats):
            seconds.append([_step_seconds(side, train, batch_size, steps, device) for side in sides()])
        peaks = [_step_peak(side, train[:batch_size], device) for side in sides()]
        course, library = sides()
        torch.testing.assert_close(  # both compute the same
            course.embed(contexts[:50], 32).float(), library.embed(contexts[:50], 32).float(), rtol=0.05, atol=0.05
        )
        for _ in range(repeats):
            embedding.append([_embedding_seconds(side, contexts, batch_size) for side in (course, library)])
    against = "sentence-transformers"
    return shown(
        [
            {"what": f"training step, batch {batch_size} (s)", "against": against, **_medians(seconds)},
            {"what": "training step, memory (MB)", "against": against, "ours": peaks[0], "theirs": peaks[1]},
            {"what": f"embed {passages:,} passages (s)", "against": against, **_medians(embedding)},
        ]
    )


def _step_seconds(side: Course | Library, train: list, batch_size: int, steps: int, device: torch.device) -> float:
    watch = Stopwatch(steps, device)
    side.training(train, batch_size)(watch)
    return watch.seconds_per_step


def _step_peak(side: Course | Library, batch: list, device: torch.device) -> float:
    """MB beyond the weights in two steps with the same batch, which includes gradients and the optimiser's state."""
    run = side.training(batch, len(batch), epochs=2)
    return peak_bytes(lambda: run(lambda: None), device) / 2**20


def _embedding_seconds(side: Course | Library, contexts: list, batch_size: int) -> float:
    began = now(side.device)
    side.embed(contexts, batch_size)
    return now(side.device) - began


def _medians(pairs: list[list[float]]) -> dict[str, float]:
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    return {"ours": ours, "theirs": theirs}


def shown(rows: list[Row]) -> list[Row]:
    """Print the rows with the ratio; below 1, the course takes less."""
    for row in rows:
        row["ratio"] = row["ours"] / row["theirs"]
        cells = (row["what"], row["against"], *(f"{row[key]:.3g}" for key in ("ours", "theirs", "ratio")))
        print(f"| {' | '.join(cells)} |", flush=True)
    return rows


if __name__ == "__main__":
    main()
