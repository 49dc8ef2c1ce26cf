"""Time and memory of each lab: runs all reference notebooks, one after another.

Prints a Markdown table and writes build/labs.json. Wall and processor time include the kernel's start; memory is that
of the largest process (the kernel). Run it on an otherwise idle machine: python benchmarks/labs.py [LAB ...]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# A separate process for each lab, so that the operating system's figures for its children belong to one lab.
RUN = """
import resource, sys, nbformat
from nbclient import NotebookClient
path, folder = sys.argv[1:]
NotebookClient(nbformat.read(path, 4), timeout=600, resources={"metadata": {"path": folder}}).execute()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


@dataclass
class Cost:
    """The resources that one lab took, in seconds and MB."""

    lab: str
    wall: float
    cpu: float
    memory: float


def measure(notebook: Path) -> Cost:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", RUN, notebook, notebook.parent],
        capture_output=True, text=True, check=True, env={**os.environ, "COURSE_PROFILE": "cpu"},
    )  # fmt: skip
    cpu, kilobytes = map(float, done.stdout.split()[-2:])
    return Cost(notebook.stem, time.monotonic() - began, cpu, kilobytes / 1024)


def main(names: list[str]) -> None:
    notebooks = [path for path in sorted(ROOT.glob("solutions/*/*.ipynb")) if not names or path.stem in names]
    if not notebooks:
        sys.exit(f"no such lab below {ROOT / 'solutions'}: {', '.join(names)}")
    print("| lab | wall (s) | processor (s) | memory (MB) |\n|---|---|---|---|")
    costs = []
    for notebook in notebooks:
        costs.append(measure(notebook))
        cost = costs[-1]
        print(f"| {cost.lab} | {cost.wall:.0f} | {cost.cpu:.0f} | {cost.memory:.0f} |", flush=True)
    target = ROOT / "build" / "labs.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps([asdict(cost) for cost in costs], indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
