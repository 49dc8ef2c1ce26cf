"""What lab.toml may say: one declaration per key, from which validation and docs/reference/lab_toml.md are made."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course_grader.lab_settings.toml_table import Key, load_toml, read_table


def _key(default: Any, doc: str, **details: Any) -> Any:
    return field(default=default, metadata={"key": Key(doc, **details)})


MODULE = r"[^\W\d]\w*(\.[^\W\d]\w*)*"


@dataclass(frozen=True)
class LabSettings:
    """The settings of one lab. Seconds are wall time, except `call_seconds`."""

    imports: tuple[str, ...] = _key(
        ("torch",),
        "Modules imported once, before the kernels of all submissions are forked.",
        item=MODULE,
        example="torch.nn.functional",
    )
    memory_mb: int = _key(
        2000, "Memory of all processes of one submission together.", unit="MB", low=256, high=1_000_000
    )
    call_seconds: float = _key(
        5.0,
        "Processor time of one call that a test makes to the student's code.",
        unit="seconds",
        low=0.1,
        high=3600,
        at_most="notebook_seconds",
    )
    cell_seconds: float = _key(
        20.0, "Time for one cell.", unit="seconds", low=0.1, high=86_400, at_most="notebook_seconds"
    )
    notebook_seconds: float = _key(
        180.0, "Time for one submission: its cells and its tests together.", unit="seconds", low=1, high=86_400
    )
    experiment_seconds: float = _key(
        900.0,
        "Time for cells tagged `experiment`, each and all together, when `--run-experiments` runs them; "
        "it is added to `notebook_seconds`.",
        unit="seconds",
        low=1,
        high=604_800,
    )
    gpu: bool = _key(False, "Whether the lab needs a GPU. Grading does not use one yet.")


def read_settings(path: Path) -> LabSettings:
    """The settings in lab.toml, or the defaults if the file does not exist; CourseError explains the first mistake."""
    if not path.is_file():
        return LabSettings()
    return read_table(LabSettings, load_toml(path), path)
