"""What a GPU does for the course: training steps a second in each precision, and what `--gpu` adds to grading.

    python benchmarks/gpu.py

Writes benchmarks/gpu.md. Without a CUDA device it says so and measures nothing.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import torch
from torch import nn

from course_grader.grading import Engine
from course_grader.notebooks import find_lab
from course_utils.training.precision import half_dtype

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "benchmarks" / "gpu.md"
LAB = "01_tensor_basics"
BATCH, LENGTH, WIDTH, STEPS = 128, 100, 768, 20
HEAD = "# On a GPU\n\nMade by `python benchmarks/gpu.py` (`make test-gpu`)."


def main() -> None:
    if not torch.cuda.is_available():
        print(f"SKIPPED: no CUDA device, so nothing was measured; {PAGE.relative_to(ROOT)} is as it was")
        return
    device = torch.device("cuda")
    text = "\n\n".join([HEAD, machine(device), training(device), grading()])
    PAGE.write_text(text + "\n", encoding="utf-8")
    print(text)


def machine(device: torch.device) -> str:
    version = ".".join(map(str, torch.cuda.get_device_capability(device)))
    own = str(half_dtype(device)).removeprefix("torch.")
    return (
        f"{torch.cuda.get_device_name(device)}, compute capability {version}, PyTorch {torch.__version__}; uses {own}."
    )


def training(device: torch.device) -> str:
    rows = [
        f"| {str(dtype).removeprefix('torch.')} | {steps_per_second(device, dtype):.1f} |"
        for dtype in (torch.float32, torch.float16, torch.bfloat16)
    ]
    size = f"Six encoder layers of width {WIDTH}, batches of {BATCH} texts of {LENGTH} tokens, forward and backward:"
    return "\n".join([size, "", "| Precision | Steps a second |", "|---|---|", *rows])


def steps_per_second(device: torch.device, dtype: torch.dtype) -> float:
    layer = nn.TransformerEncoderLayer(WIDTH, 12, 4 * WIDTH, batch_first=True)
    model, x = nn.TransformerEncoder(layer, 6).to(device), torch.randn(BATCH, LENGTH, WIDTH, device=device)
    is_half = dtype is not torch.float32
    for step in range(STEPS + 3):
        if step == 3:  # the first ones choose algorithms
            torch.cuda.synchronize()
            started = time.perf_counter()
        with torch.autocast("cuda", dtype=dtype) if is_half else contextlib.nullcontext():
            loss = model(x).float().square().mean()
        loss.backward()
    torch.cuda.synchronize()
    return STEPS / (time.perf_counter() - started)


def grading() -> str:
    rows = []
    for name, gpu in (("without a GPU", False), ("`--gpu`", True)):
        started = time.perf_counter()
        with Engine(find_lab(LAB, ROOT), gpu=gpu) as engine:
            ready = time.perf_counter()
            graded = engine.grade(find_lab(LAB, ROOT).reference(), "reference", 1)
            rows.append(f"| {name} | {ready - started:.1f} | {time.perf_counter() - ready:.1f} | {graded.score:g} |")
    head = ["| Grading | Start-up (s) | One submission (s) | Points |", "|---|---|---|---|"]
    return "\n".join([f"The reference of {LAB}, with the tests of its `gpu_exercises` run twice:", "", *head, *rows])


if __name__ == "__main__":
    main()
