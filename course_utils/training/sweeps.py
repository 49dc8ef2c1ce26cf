"""Many trainings that are compared with each other; an interrupted sweep keeps the seeds that are complete.

runs = sweep(["plain", "masked"], range(3), lambda name, seed: ...)  # {"plain": [of seed 0, ...], "masked": [...]}
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from course_utils.progress import progress

Setting = TypeVar("Setting")
Result = TypeVar("Result")


def sweep(
    settings: Sequence[Setting],
    seeds: Sequence[int],
    run: Callable[[Setting, int], Result],
    label: str = "training",
    *,
    workers: int = 1,
) -> dict[Setting, list[Result]]:
    """{setting: [run(setting, seed) for each seed]}, with a progress bar that removes itself.

    One seed is done with all settings before the next begins. Interrupting the kernel ends the sweep and not the cell:
    the seeds that are complete are kept, so that all settings are still compared by the same seeds, and a sentence says
    how many there are. Before the first is complete, the lists are empty. workers: how many runs at a time, in threads.

    See also: `curves`, for a single training.
    """
    jobs = [(setting, seed) for seed in seeds for setting in settings]
    results: list[Result] = []
    stopped = False
    pool = ThreadPoolExecutor(workers)
    try:
        with progress(len(jobs), label) as advance:
            # A pool lets runs that have begun go on to their end; without it, an interrupt ends the run, too.
            for result in (pool.map if workers > 1 else map)(lambda job: run(*job), jobs):
                results.append(result)
                advance()
    except KeyboardInterrupt:
        stopped = True
        if workers > 1:
            print("Stopping: the trainings that have begun are finished first.")
    finally:
        with suppress(KeyboardInterrupt):  # of a student who does not want to wait for them
            pool.shutdown(cancel_futures=True)
    complete = len(results) // len(settings)
    if stopped:
        print(f"Stopped after {complete} of {len(seeds)} seeds. Those that are complete are kept.")
    rows = [results[place * len(settings) : (place + 1) * len(settings)] for place in range(complete)]
    return {setting: [row[place] for row in rows] for place, setting in enumerate(settings)}
