"""Time and memory of each lab: runs all reference notebooks, one after another.

Prints a Markdown table, writes build/labs.json, and puts the rows into the table of docs/instructors.md. Times include
the kernel's start; memory is that of the largest process (the kernel). The table has the processor time, which depends
less than wall time on what else runs. Exits with 1 if a lab is above a limit.
Run it: python benchmarks/labs.py [--save] [LAB ...]. With --save, the outputs of these runs are saved, as by
scripts/save_outputs.py.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "instructors.md"
HEAD = "| lab | processor (s) | memory (MB) |\n|---|---|---|\n"
TABLE = re.compile(rf"(?<={re.escape(HEAD)})(?:\|.*\n)*")
MOST_SECONDS, MOST_MB = 180, 2048
# A separate process for each lab, so that the operating system's figures for its children belong to one lab.
RUN = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from save_outputs import execute, save_outputs
(save_outputs if sys.argv[3] == "--save" else execute)(Path(sys.argv[2]))
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


def measure(notebook: Path, save: bool) -> Cost:
    began = time.monotonic()
    arguments = [ROOT / "scripts", notebook, "--save" if save else ""]
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        capture_output=True, text=True, check=True, env={**os.environ, "COURSE_PROFILE": "cpu", "TQDM_DISABLE": "1"},
    )  # fmt: skip
    cpu, kilobytes = map(float, done.stdout.split()[-2:])
    return Cost(notebook.stem, time.monotonic() - began, cpu, kilobytes / 1024)


def row(cost: Cost) -> str:
    return f"| {cost.lab} | {cost.cpu:.0f} | {cost.memory:.0f} |\n"


def with_rows(page: str, costs: list[Cost]) -> str:
    """The page with new rows in place of those of the same labs; rows of other labs stay."""
    (table,) = TABLE.findall(page)
    rows = {line.split("|")[1].strip(): line for line in table.splitlines(keepends=True)}
    rows |= {cost.lab: row(cost) for cost in costs}
    return TABLE.sub("".join(rows[lab] for lab in sorted(rows)), page)


def main(arguments: list[str]) -> None:
    names, save = [name for name in arguments if name != "--save"], "--save" in arguments
    notebooks = [path for path in sorted(ROOT.glob("solutions/*/*.ipynb")) if not names or path.stem in names]
    if not notebooks:
        sys.exit(f"no such lab below {ROOT / 'solutions'}: {', '.join(names)}")
    print(HEAD, end="")
    costs = []
    for notebook in notebooks:
        costs.append(measure(notebook, save))
        print(f"{row(costs[-1]).rstrip()} {costs[-1].wall:.0f} s of wall time", flush=True)
    target = ROOT / "build" / "labs.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps([asdict(cost) for cost in costs], indent=1) + "\n")
    PAGE.write_text(with_rows(PAGE.read_text(encoding="utf-8"), costs), encoding="utf-8")
    above = [cost.lab for cost in costs if cost.cpu > MOST_SECONDS or cost.memory > MOST_MB]
    if above:
        sys.exit(f"above {MOST_SECONDS} s or {MOST_MB} MB: {', '.join(above)}")


if __name__ == "__main__":
    main(sys.argv[1:])
