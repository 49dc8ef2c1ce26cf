"""How fast a class is graded: `course-grader grade` compared with plain `nbgrader autograde`, same submissions.

    python benchmarks/grading.py [LAB] [--copies N]

Both start with a gradebook that contains the lab; start-up counts. Plain nbgrader always runs every cell; ours skips
the lab's own cells that nothing graded needs and those tagged `experiment`, so it is also measured with them. Writes
build/benchmark_grading.json, and with --page also the table in docs/scaling.md.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import shutil
import sys
import time
from pathlib import Path

import nbformat
from courses import our_course, scores, stock_course
from grading_page import Result, write_page
from nbclient import NotebookClient
from nbformat import NotebookNode
from rich.console import Console
from rich.table import Table
from watching import Watched, watch

from course_grader.notebooks import has_tag, is_autograded_cell

ROOT = Path(__file__).resolve().parents[1]
CLASS = ROOT / "tests" / "submissions" / "example_class"
STUDENTS = ("ada", "ben", "chloe")  # correct, partly correct, unchanged: plain nbgrader can grade all three


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("lab", nargs="?", default="01_tensor_basics")
    parser.add_argument("--copies", type=int, default=8, metavar="N", help="submissions, at least 2 (default: 8)")
    parser.add_argument("--page", action="store_true", help="also write the table into docs/scaling.md")
    options = parser.parse_args()
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    os.environ["OMP_NUM_THREADS"] = "1"
    build = ROOT / "build" / "benchmark"
    shutil.rmtree(build, ignore_errors=True)
    build.mkdir(parents=True)
    submissions = read_submissions(options.lab, options.copies)
    ours = our_course(build / "ours", ROOT, options.lab, submissions)
    stock = stock_course(build / "stock", ROOT, options.lab, submissions)
    command = ["course-grader", "grade", options.lab, "--seed", "1", "--force"]
    runs = {
        "course-grader": run(command, ours),
        "with every given cell": run([*command, "--run-all"], ours),
        "with experiments": run([*command, "--run-experiments"], ours),
        "stock nbgrader": run(["nbgrader", "autograde", options.lab], stock),
    }
    one = run([*command, "--student", next(iter(submissions))], ours)
    own = own_seconds(submissions)
    controller = (runs["course-grader"].root_cpu - one.root_cpu) / (len(submissions) - 1)
    print(f"controller: {controller:.2f} processor seconds per submission, and {one.root_cpu:.1f} for a run of one")
    result = report(options.lab, len(submissions), runs, own, scores(ours) == scores(stock), controller)
    if options.page:
        write_page(ROOT / "docs" / "scaling.md", result)


def read_submissions(lab: str, count: int) -> dict[str, NotebookNode]:
    originals = [nbformat.read(CLASS / name / lab / f"{lab}.ipynb", as_version=4) for name in STUDENTS]
    return {f"student{number}": originals[number % len(originals)] for number in range(count)}


def run(command: list[str], course: Path) -> Watched:
    log = course.parent / f"{command[0]}-{len(command)}.log"
    watched = watch([str(Path(sys.executable).with_name(command[0])), *command[1:]], course, dict(os.environ), log)
    if watched.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {watched.returncode}; its output is in {log}")
    return watched


def own_seconds(submissions: dict[str, NotebookNode]) -> dict[bool, float]:
    """Seconds that the students' own cells take in an ordinary kernel, with experiments (True) and without.

    Measured one after another on one thread, so that these are processor seconds too.
    """
    distinct = {id(notebook): notebook for notebook in submissions.values()}
    seconds = {key: _own_seconds(notebook) for key, notebook in distinct.items()}
    return {
        with_experiments: sum(seconds[id(notebook)][with_experiments] for notebook in submissions.values())
        for with_experiments in (False, True)
    }


def _own_seconds(notebook: NotebookNode) -> dict[bool, float]:
    """The same for one notebook, without tests and without the setup cell, whose imports every grader needs."""
    notebook = copy.deepcopy(notebook)
    notebook.cells = [cell for cell in notebook.cells if not is_autograded_cell(cell)]
    started, seconds = {}, {False: 0.0, True: 0.0}

    def begin(cell: NotebookNode, cell_index: int) -> None:
        started[cell_index] = time.monotonic()

    def end(cell: NotebookNode, cell_index: int, execute_reply: dict) -> None:
        taken = 0.0 if has_tag(cell, "setup") else time.monotonic() - started[cell_index]
        seconds[True] += taken
        seconds[False] += 0.0 if has_tag(cell, "experiment") else taken

    NotebookClient(notebook, allow_errors=True, on_cell_execute=begin, on_cell_executed=end).execute()
    return seconds


def report(
    lab: str, count: int, runs: dict[str, Watched], own: dict[bool, float], same_scores: bool, controller: float
) -> Result:
    with_experiments = ("with experiments", "stock nbgrader")
    rows = {name: _row(run, count, runs["stock nbgrader"], own[name in with_experiments]) for name, run in runs.items()}
    result: Result = {
        "lab": lab, "submissions": count, "processors": os.cpu_count(), "same_scores": same_scores,
        "controller_processor_seconds_a_submission": round(controller, 3), "runs": rows,
    }  # fmt: skip
    path = ROOT / "build" / "benchmark_grading.json"
    path.write_text(json.dumps(result, indent=2) + "\n")
    table = Table(title=f"{lab}: {count} submissions, {os.cpu_count()} processors, same scores: {same_scores}")
    table.add_column("")
    for name in rows:
        table.add_column(name, justify="right")
    for measure in rows["stock nbgrader"]:
        table.add_row(measure.replace("_", " "), *(str(row[measure]) for row in rows.values()))
    Console().print(table)
    print(path)
    return result


def _row(run: Watched, count: int, stock: Watched, own: float) -> dict[str, float]:
    return {
        "seconds": round(run.wall, 1),
        "submissions_a_minute": round(60 * count / run.wall, 1),
        "times_as_fast_as_stock": round(stock.wall / run.wall, 2),
        "processor_seconds": round(run.cpu, 1),
        "processors_busy": round(run.cpu / run.wall / (os.cpu_count() or 1), 2),
        "times_less_processor_time": round(stock.cpu / run.cpu, 2),
        "peak_mb": round(run.peak_mb),
        "own_cells_seconds": round(own, 1),
        "processor_seconds_beyond_own_cells_a_submission": round((run.cpu - own) / count, 2),
    }


if __name__ == "__main__":
    main()
