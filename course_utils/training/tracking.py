"""Experiment tracking: settings, seed and figures of each run, in TensorBoard or in Weights & Biases.

    with track("optimisers", {"optimiser": "Adam", "learning_rate": 0.01}, seed=0) as run:
        run.log(step, loss=loss)            # as often as you like
        run.log(steps, recall=recall)
    results("runs", "optimisers")           # [{"optimiser": "Adam", "learning_rate": 0.01, "seed": 0, "loss": ...}]
    show_tensorboard("runs")

Each run has a folder named after its settings; a run with the same settings replaces it. Nothing leaves the machine,
unless the environment variable WANDB_MODE is "online" for Weights & Biases.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from course_utils.seeds import derive_seed
from course_utils.training import tracking_backends as backends

Setting = bool | int | float | str | None
RECORD = "run.json"  # what `results` reads; a folder without it is an unfinished run


class Run:
    """A run that is being tracked; `figures` contains the last value of each figure."""

    def __init__(self, backend: Backend):
        self.figures: dict[str, float] = {}
        self._backend = backend

    def log(self, step: int, **figures: Any) -> None:
        """Record figures at a step, by name: numbers or tensors with one element."""
        values = {name: float(value) for name, value in figures.items()}
        self.figures |= values
        self._backend.log(step, values)


class Backend(Protocol):
    """Where figures are written. Constructed from (run folder, experiment name, run name, settings with the seed)."""

    def log(self, step: int, figures: dict[str, float]) -> None: ...

    def close(self, figures: dict[str, float]) -> None: ...


BACKENDS: dict[str, Callable[[Path, str, str, dict[str, Any]], Backend]] = {
    "tensorboard": backends.TensorBoard,
    "wandb": backends.WeightsAndBiases,
    "none": backends.NoBackend,
}


@contextlib.contextmanager
def track(
    experiment: str,
    settings: dict[str, Setting],
    *,
    seed: int,
    backend: str = "tensorboard",
    folder: str | Path = "runs",
) -> Iterator[Run]:
    """Track one run of `experiment` during the block; `results` includes it if the block ends without an error.

    settings: the settings of this run, by name. backend: "tensorboard", "wandb" (offline unless WANDB_MODE is "online")
    or "none", which writes only what `results` needs. Everything is written below `folder`.
    Raises ValueError for an unknown backend, TypeError for a setting that is not a number, a string, a boolean or None,
    and ImportError if the backend is "wandb" and wandb is not installed.

    See also: `results`, `show_tensorboard`.
    """
    if backend not in BACKENDS:
        raise ValueError(f"unknown backend {backend!r}; available: {', '.join(BACKENDS)}")
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
    """One row per finished run below `folder`, of one experiment or of all: settings, seed and last figures.

    settings: include only runs with exactly these settings, with any seed. Without `experiment` each row starts with
    the key "experiment". Rows are sorted by folder name, so the same runs give the same table.
    """
    records = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(Path(folder).glob(f"*/*/{RECORD}"))]
    if settings is not None:
        records = [r for r in records if r["settings"] == settings | {"seed": r["settings"]["seed"]}]
    if experiment is None:
        return [{"experiment": r["experiment"], **r["settings"], **r["figures"]} for r in records]
    return [{**r["settings"], **r["figures"]} for r in records if r["experiment"] == experiment]


def show_tensorboard(folder: str | Path = "runs") -> None:
    """Show TensorBoard for `folder` below the cell, in JupyterLab and Colab; elsewhere print the command to start it.

    Shows nothing during grading.
    """
    backends.show_tensorboard(Path(folder))


def _checked(settings: dict[str, Any]) -> dict[str, Setting]:
    for key, value in settings.items():
        if not isinstance(value, bool | int | float | str | None):
            raise TypeError(
                f"setting {key!r} must be a number, a string, a boolean or None, got {type(value).__name__}: "
                "pass its name as a string"
            )
    if "seed" in settings:
        raise TypeError("pass the seed as a separate argument: track(experiment, settings, seed=...)")
    return dict(settings)


def _file_name(text: str) -> str:
    """`text` as a name that every file system accepts; a changed text gets a number, so that no two share a name."""
    name = re.sub(r"[^\w.,=+-]+", "_", text, flags=re.ASCII)[:150]
    return name if name == text else f"{name}-{derive_seed(text) % 10**6:06}"
