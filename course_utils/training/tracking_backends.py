"""The backends of `course_utils.training.tracking`: TensorBoard, Weights & Biases, or none."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import Any

from course_utils.runtime import in_colab, in_grading


class TensorBoard:
    """Writes scalars during the run; at its end the settings and last figures for the HPARAMS page."""

    def __init__(self, place: Path, experiment: str, name: str, settings: dict[str, Any]):
        from torch.utils.tensorboard import SummaryWriter

        self._settings = settings
        self._writer = SummaryWriter(str(place))

    def log(self, step: int, figures: dict[str, float]) -> None:
        for name, value in figures.items():
            self._writer.add_scalar(name, value, step)

    def close(self, figures: dict[str, float]) -> None:
        settings = {key: "none" if value is None else value for key, value in self._settings.items()}
        # The run name "." keeps these with the run's scalars; by default they become a second run.
        self._writer.add_hparams(settings, {f"last/{name}": value for name, value in figures.items()}, run_name=".")
        self._writer.close()


class WeightsAndBiases:
    """A run of the project `experiment`. Offline it is stored below the run's folder; `wandb sync` uploads it later."""

    def __init__(self, place: Path, experiment: str, name: str, settings: dict[str, Any]):
        self._wandb = _import_wandb(place.parents[1])
        self._run = self._wandb.init(
            project=experiment,
            name=name,
            config=settings,
            dir=str(place),
            mode=os.environ.get("WANDB_MODE", "offline"),
            settings=self._wandb.Settings(silent=True, console="off", disable_git=True, save_code=False),
        )

    def log(self, step: int, figures: dict[str, float]) -> None:
        self._run.log(figures, step=step)

    def close(self, figures: dict[str, float]) -> None:
        self._run.finish()
        self._wandb.teardown()  # ends the background process


class NoBackend:
    """Writes nothing."""

    def __init__(self, place: Path, experiment: str, name: str, settings: dict[str, Any]):
        pass

    def log(self, step: int, figures: dict[str, float]) -> None:
        pass

    def close(self, figures: dict[str, float]) -> None:
        pass


def _import_wandb(folder: Path) -> Any:
    os.environ.setdefault("WANDB_ERROR_REPORTING", "false")  # else it sends error reports, even offline
    for variable in ("WANDB_CACHE_DIR", "WANDB_CONFIG_DIR", "WANDB_DATA_DIR"):
        os.environ.setdefault(variable, str((folder / ".wandb").resolve()))  # else in the home folder
    try:
        import wandb
    except ImportError:
        raise ImportError('backend="wandb" needs Weights & Biases: pip install wandb') from None
    return wandb


def show_tensorboard(folder: Path) -> None:
    """See `course_utils.training.tracking.show_tensorboard`."""
    if in_grading():
        return
    if not _is_interactive():
        print(f"TensorBoard of these runs: tensorboard --logdir {shlex.quote(str(folder))}")
        return
    from tensorboard import notebook

    beside = Path(sys.executable).with_name("tensorboard")
    if beside.exists():
        os.environ.setdefault("TENSORBOARD_BINARY", str(beside))  # the environment may not be on PATH
    notebook.start(f"--logdir {shlex.quote(str(folder))}")


def _is_interactive() -> bool:
    # Jupyter's server tells the kernel the name of the open notebook; a notebook run by a program has none.
    return in_colab() or "JPY_SESSION_NAME" in os.environ
