"""Exact search for the best k passages: lab 05's, in chunks, compared with faiss (CPU) and a plain matrix product."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import faiss
import torch
from clock import now

from course_utils.training.memory import peak_bytes

K, QUESTIONS = 100, 200
Search = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""(questions (N, D), passages (M, D)) -> the scores of the best K, (N, K), descending"""


def plain(questions: torch.Tensor, passages: torch.Tensor) -> torch.Tensor:
    """Compute all N x M scores at once."""
    return (questions @ passages.T).topk(K, dim=1).values


def compare(lab: dict[str, Any], size: int, dim: int, device: torch.device, repeats: int) -> list[dict[str, Any]]:
    """Rows of the table for M = size passages: time compared with each other method, and working memory."""
    generator = torch.Generator().manual_seed(0)
    questions, passages = (torch.randn(n, dim, generator=generator).to(device) for n in (QUESTIONS, size))

    def ours(questions: torch.Tensor, passages: torch.Tensor) -> torch.Tensor:
        return lab["top_k_passages"](questions, passages, K)[0]

    ways: dict[str, Search] = {"plain product": plain}
    if device.type == "cpu":
        index = faiss.IndexFlatIP(dim)
        index.add(passages.numpy())
        ways["faiss IndexFlatIP"] = lambda questions, _: torch.from_numpy(index.search(questions.numpy(), K)[0])
    rows, what = [], f"search {size:,} passages"
    found = ours(questions, passages)
    for name, way in ways.items():
        torch.testing.assert_close(way(questions, passages), found, rtol=1e-3, atol=1e-2)
        times = [[_seconds(search, questions, passages) for search in (ours, way)] for _ in range(repeats)]
        mine, theirs = (sorted(column)[repeats // 2] for column in zip(*times, strict=True))
        rows.append({"what": f"{what} (s)", "against": name, "ours": mine, "theirs": theirs})
    peaks = [peak_bytes(lambda way=way: way(questions, passages), device) / 2**20 for way in (ours, plain)]
    rows.append({"what": f"{what}, memory (MB)", "against": "plain product", "ours": peaks[0], "theirs": peaks[1]})
    return rows


def _seconds(search: Search, questions: torch.Tensor, passages: torch.Tensor) -> float:
    began = now(questions.device)
    search(questions, passages)
    return now(questions.device) - began
