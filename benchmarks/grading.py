"""How fast a class is graded: `course-grader grade` beside plain `nbgrader autograde` and `otter run`.

    python benchmarks/grading.py [LAB] [--copies N] [--large N [--cluster]] [--otter] [--ours]
    python benchmarks/grading.py --many N

All start with a gradebook that contains the lab; start-up counts. Plain nbgrader and otter always run every cell; ours
skips the lab's own cells that nothing graded needs and those tagged `experiment`, so it is also measured with them.
--many grades copies of a nearly empty lab, to measure what the controller needs. Writes
build/benchmark_grading.json, and with --page also all of its results into docs/scaling.md.
"""

from __future__ import annotations

import argparse
import copy
import os
import shutil
import sys
from pathlib import Path

import psutil
from courses import connected, our_course, scores, stock_course
from grading_page import Result, Run, add_result, write_page
from many import grade_many
from nbclient import NotebookClient
from nbformat import NotebookNode
from otter import environment, run_otter
from rich.console import Console
from rich.table import Table
from students import KINDS, make_class
from waits import describe
from watching import Watched, watch

from course_grader.notebooks import has_tag, is_autograded_cell
from course_grader.report.text import plural

ROOT = Path(__file__).resolve().parents[1]
EXPERIMENTS = ("with experiments", "stock nbgrader", "otter run")  # the runs that run experiments


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("lab", nargs="?", default="01_tensor_basics")
    parser.add_argument("--copies", type=int, default=8, metavar="N", help="submissions, at least 2 (default: 8)")
    parser.add_argument("--large", type=int, metavar="N", help="also grade N submissions, ours only")
    parser.add_argument("--cluster", action="store_true", help="--large also on one and on two Dask workers here")
    parser.add_argument("--ours", action="store_true", help="without plain nbgrader, for labs that train for minutes")
    parser.add_argument("--otter", action="store_true", help="also one `otter run`; installs otter-grader in build/")
    parser.add_argument("--many", type=int, metavar="N", help="only: 64 and N submissions of a nearly empty lab")
    parser.add_argument("--page", action="store_true", help="also write the tables into docs/scaling.md")
    options = parser.parse_args()
    if options.cluster and not options.large:
        parser.error("--cluster needs --large N")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    os.environ["OMP_NUM_THREADS"] = "1"
    load = os.getloadavg()[0]
    build = ROOT / "build" / "benchmark"
    shutil.rmtree(build, ignore_errors=True)
    build.mkdir(parents=True)
    found = ROOT / "build" / "benchmark_grading.json"
    if options.many:
        add_result(found, "many", grade_many(build, ROOT, options.many), load)
    else:
        add_result(found, options.lab, measure(build, options), load)
    print(found)
    if options.page:
        write_page(ROOT / "docs" / "scaling.md", found)


def measure(build: Path, options: argparse.Namespace) -> Result:
    lab, submissions = options.lab, make_class(options.lab, ROOT, options.copies)
    ours = our_course(build / "ours", ROOT, lab, submissions)
    command = ["course-grader", "grade", lab, "--seed", "1", "--force"]
    timeline = build / "timeline.json"
    runs = {
        "first run of the lab": run(command, ours),  # also records its misconceptions
        "course-grader": run([*command, "--timeline", str(timeline)], ours),
        "with every given cell": run([*command, "--run-all"], ours),
        "with experiments": run([*command, "--run-experiments"], ours),
    }
    same = None
    if not options.ours:
        stock = stock_course(build / "stock", ROOT, lab, submissions)
        runs["stock nbgrader"] = run(["nbgrader", "autograde", lab], stock)
        same = scores(ours) == scores(stock)
    counts = dict.fromkeys(runs, options.copies)
    if options.large:
        large = f"{options.large} submissions"
        course = our_course(build / "large", ROOT, lab, make_class(lab, ROOT, options.large))
        shutil.copytree(ours / "build" / "diagnosis", course / "build" / "diagnosis", dirs_exist_ok=True)
        runs[large], counts[large] = run([*command, "--timeline", str(timeline)], course), options.large
        for workers in (1, 2) if options.cluster else ():
            name = f"{large}, {plural(workers, 'Dask worker')}"
            cluster = ["--cluster", str(cluster_file(build, workers))]
            runs[name], counts[name] = run([*command, *cluster], course), options.large
    if options.otter and (otter := one_otter(build, lab, submissions)):
        runs["otter run"], counts["otter run"] = otter, 1
    own = own_seconds(make_class(lab, ROOT, KINDS))
    rows = {
        name: row(each, counts[name], options.copies, own[name in EXPERIMENTS], runs.get("stock nbgrader"))
        for name, each in runs.items()
    }
    show(rows, f"{lab}, {os.cpu_count()} processors, same scores: {same}")
    return Result(copies=options.copies, same_scores=same, runs=rows, waits=describe(timeline))


def run(command: list[str], course: Path) -> Watched:
    log = course.parent / f"{command[0]}-{len(command)}.log"
    watched = watch([str(Path(sys.executable).with_name(command[0])), *command[1:]], course, dict(os.environ), log)
    if watched.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {watched.returncode}; its output is in {log}")
    return watched


def cluster_file(build: Path, workers: int) -> Path:
    """A file for --cluster: workers on this machine, which share its processors."""
    threads = max(1, (os.cpu_count() or 1) // workers)
    file = build / f"{workers}.toml"
    file.write_text(f'kind = "local"\njobs = {workers}\n[arguments]\nthreads_per_worker = {threads}\n')
    return file


def one_otter(build: Path, lab: str, submissions: dict[str, NotebookNode]) -> Watched | None:
    """`otter run` on the first submission, connected to the reference as for plain nbgrader."""
    python = environment(ROOT / "build" / "otter")
    first = connected(next(iter(submissions.values())), build / "stock" / "reference.json")
    return None if python is None else run_otter(python, build / "otter", first)


def own_seconds(submissions: dict[str, NotebookNode]) -> dict[bool, float]:
    """The mean of a student's own cells' processor seconds in an ordinary kernel, with experiments and without."""
    seconds = [_own_seconds(notebook) for notebook in submissions.values()]
    return {flag: sum(each[flag] for each in seconds) / len(seconds) for flag in (False, True)}


def _own_seconds(notebook: NotebookNode) -> dict[bool, float]:
    """The same for one notebook, without tests and without the setup cell, whose imports every grader needs."""
    notebook = copy.deepcopy(notebook)
    notebook.cells = [cell for cell in notebook.cells if not is_autograded_cell(cell)]
    started, seconds = {}, {False: 0.0, True: 0.0}

    def used() -> float:
        return sum(psutil.Process(client.km.provisioner.pid).cpu_times()[:2])

    def begin(cell: NotebookNode, cell_index: int) -> None:
        started[cell_index] = used()

    def end(cell: NotebookNode, cell_index: int, execute_reply: dict) -> None:
        taken = 0.0 if has_tag(cell, "setup") else used() - started[cell_index]
        seconds[True] += taken
        seconds[False] += 0.0 if has_tag(cell, "experiment") else taken

    client = NotebookClient(notebook, allow_errors=True, on_cell_execute=begin, on_cell_executed=end)
    client.execute()
    return seconds


def row(watched: Watched, count: int, stock_count: int, own: float, stock: Watched | None) -> Run:
    """Measures of one run over `count` submissions; comparisons are per submission. own: seconds of students' cells."""
    processors = os.cpu_count() or 1
    times = None if stock is None else round(stock.wall / stock_count / (watched.wall / count), 2)
    return {
        "submissions": count,
        "seconds": round(watched.wall, 1),
        "seconds a submission": round(watched.wall / count, 2),
        **({} if times is None else {"times as fast as stock": times}),
        "processor seconds a submission": round(watched.cpu / count, 2),
        "share of the processors busy": round(watched.cpu / watched.wall / processors, 2),
        "the controller's processor seconds": round(watched.root_cpu, 1),
        "peak memory (MB)": round(watched.peak_mb),
        "own cells' processor seconds a submission": round(own, 2),
        "processor seconds over own cells'": round(watched.cpu / (own * count), 2),
        "seconds over own cells' by processors": round(watched.wall / (own * count / processors), 2),
    }


def show(rows: dict[str, Run], title: str) -> None:
    table = Table(title=title)
    table.add_column("")
    for name in rows:
        table.add_column(name, justify="right")
    for measure_name in next(iter(rows.values())):
        table.add_row(measure_name, *(str(each[measure_name]) for each in rows.values()))
    Console().print(table)


if __name__ == "__main__":
    main()
