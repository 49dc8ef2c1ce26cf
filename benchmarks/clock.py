"""The clock of a benchmark: a GPU's wall time; of a CPU its own time, which other processes do not lengthen."""

from __future__ import annotations

import time

import torch


def now(device: torch.device) -> float:
    """Seconds since some point. On CUDA what was begun is waited for; on a CPU all threads of this process count."""
    if device.type == "cuda":
        torch.cuda.synchronize()
        return time.perf_counter()
    return time.process_time()
