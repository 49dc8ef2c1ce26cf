"""The clock of a benchmark: wall time on a GPU; processor time on a CPU, which other processes do not affect."""

from __future__ import annotations

import time

import torch


def now(device: torch.device) -> float:
    """Seconds since some point. On CUDA, waits for pending work; on a CPU, counts all threads of this process."""
    if device.type == "cuda":
        torch.cuda.synchronize()
        return time.perf_counter()
    return time.process_time()
