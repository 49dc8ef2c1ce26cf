"""What grading costs before its first submission: processor seconds of the command, the zygote and the judge.

    python benchmarks/startup.py [LAB] [--times N]

The command's share is its imports. Prints the medians of N starts, each in a new process.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
JUDGE = "course_grader.judge.process"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("lab", nargs="?", default="01_tensor_basics")
    parser.add_argument("--times", type=int, default=5, metavar="N", help="starts (default: 5)")
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        print(json.dumps(start(options.lab)))
        return
    command = [sys.executable, __file__, options.lab, "--once"]
    runs = [json.loads(subprocess.check_output(command, cwd=ROOT)) for _ in range(options.times)]
    for part in runs[0]:
        print(f"{part:<12} {statistics.median(run[part] for run in runs):5.2f} s")


def start(lab: str) -> dict[str, float]:
    """Processor seconds of each process when the first submission could be graded, and of all three."""
    from course_grader.nbgrader_import import skip_slow_grammar

    skip_slow_grammar()
    from course_grader.grading import Engine
    from course_grader.nbgrader_plugins import GradebookWriter  # noqa: F401
    from course_grader.notebooks import find_lab
    from course_grader.runner import grade_labs  # noqa: F401

    command = time.process_time()
    with Engine(find_lab(lab, ROOT)):
        children = psutil.Process().children(recursive=True)
        judge = sum(_seconds(child) for child in children if JUDGE in child.cmdline())
        zygote = sum(_seconds(child) for child in children) - judge
    return {"command": command, "zygote": zygote, "judge": judge, "all": command + zygote + judge}


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


if __name__ == "__main__":
    main()
