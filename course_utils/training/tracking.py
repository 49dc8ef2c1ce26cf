"""Experiments on record: settings, seed and figures of each run, in TensorBoard or in Weights & Biases.

    with track("optimisers", {"optimiser": "Adam", "learning_rate": 0.01}, seed=0) as run:
        run.log(step, loss=loss)            # as often as you like
        run.log(steps, recall=recall)
    results("runs", "optimisers")           # [{"optimiser": "Adam", "learning_rate": 0.01, "seed": 0, "loss": ...}]
    show_tensorboard("runs")

A run lies in a folder named after its settings; the same settings again replace it. Nothing leaves the machine, unless
the environment variable WANDB_MODE=online says so for Weights & Biases.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from course_utils.seeds import derive_seed
from course_utils.training import tracking_backends as backends

Setting = bool | int | float | str | None
RECORD = "run.json"  # what `results` reads; a folder without it is no finished run


class Run:
    """A run that is being tracked; `figures` holds the last value of each."""

    def __init__(self, backend: Backend):
        self.figures: dict[str, float] = {}
        self._backend = backend

    def log(self, step: int, **figures: Any) -> None:
        """Figures at a step: numbers or tensors of one element, by name."""
        values = {name: float(value) for name, value in figures.items()}
        self.figures |= values
        self._backend.log(step, values)


class Backend(Protocol):
    """Where figures go; made from (run folder, name of the experiment, name of the run, settings with the seed)."""

    def log(self, step: int, figures: dict[str, float]) -> None: ...

    def close(self, figures: dict[str, float]) -> None: ...


BACKENDS = {"tensorboard": backends.TensorBoard, "wandb": backends.WeightsAndBiases, "none": backends.Nothing}


@contextlib.contextmanager
def track(
    experiment: str,
    settings: dict[str, Setting],
    *,
    seed: int,
    backend: str = "tensorboard",
    folder: str | Path = "runs",
) -> Iterator[Run]:
    """Track one run of `experiment` for as long as the block lasts; it counts in `results` if the block ends well.

    settings: what was chosen for this run, by name. backend: "tensorboard", "wandb" (offline, unless WANDB_MODE=online
    is set), or "none", which keeps what `results` needs and nothing else. Everything is written below `folder`.
    Raises ValueError for another backend, TypeError for a setting that is no number, text, truth value or None, and
    ImportError where wandb is wanted and not installed.
    """
    if backend not in BACKENDS:
        raise ValueError(f"backend is one of {', '.join(BACKENDS)}, not {backend!r}")
    chosen = _checked(settings) | {"seed": seed}
    name = ",".join(f"{key}={value}" for key, value in chosen.items())
    place = Path(folder) / _file_name(experiment) / _file_name(name)
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    writer = BACKENDS[backend](place, experiment, name, chosen)
    run = Run(writer)
    try:
        yield run
    finally:
        writer.close(run.figures)
    record = {"experiment": experiment, "settings": chosen, "figures": run.figures}
    (place / RECORD).write_text(json.dumps(record, indent=1), encoding="utf-8")


def results(
    folder: str | Path = "runs", experiment: str | None = None, settings: dict[str, Setting] | None = None
) -> list[dict[str, Any]]:
    """A row for each finished run below `folder`, of one experiment or of all: settings, seed and last figures.

    settings: only the runs with just these settings, no fewer and no more, with whatever seed. Rows of all experiments
    begin with "experiment". Sorted by settings, so that the same runs give the same table.
    """
    records = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(Path(folder).glob(f"*/*/{RECORD}"))]
    if settings is not None:
        records = [r for r in records if r["settings"] == settings | {"seed": r["settings"]["seed"]}]
    if experiment is None:
        return [{"experiment": r["experiment"], **r["settings"], **r["figures"]} for r in records]
    return [{**r["settings"], **r["figures"]} for r in records if r["experiment"] == experiment]


def show_tensorboard(folder: str | Path = "runs") -> None:
    """TensorBoard of `folder` below the cell, in JupyterLab and in Colab; elsewhere a line that says how to open it.

    Draws nothing while grading.
    """
    backends.show_tensorboard(Path(folder))


def _checked(settings: dict[str, Any]) -> dict[str, Setting]:
    for key, value in settings.items():
        if not isinstance(value, bool | int | float | str | None):
            raise TypeError(
                f"setting {key!r} must be a number, text, a truth value or None, got {type(value).__name__}; "
                "give its name as text"
            )
    if "seed" in settings:
        raise TypeError("the seed is an argument of its own: track(experiment, settings, seed=...)")
    return dict(settings)


def _file_name(text: str) -> str:
    """`text` as a name that every file system takes; texts that would look alike get a number of their own."""
    name = re.sub(r"[^\w.,=+-]+", "_", text, flags=re.ASCII)[:150]
    return name if name == text else f"{name}-{derive_seed(text) % 10**6:06}"
