"""The keys of lab.toml: one declaration per key, used for validation and for docs/reference/lab_toml.md."""

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
        "Modules imported once, before the submissions' kernels are forked.",
        item=MODULE,
        example="torch.nn.functional",
    )
    memory_mb: int = _key(2000, "Total memory of all processes of one submission.", unit="MB", low=256, high=1_000_000)
    call_seconds: float = _key(
        5.0,
        "Processor time for one call of the student's code by a test.",
        unit="seconds",
        low=0.1,
        high=3600,
        at_most="notebook_seconds",
    )
    cell_seconds: float = _key(
        20.0, "Time for one cell.", unit="seconds", low=0.1, high=86_400, at_most="notebook_seconds"
    )
    notebook_seconds: float = _key(
        180.0, "Time for one submission, including its tests.", unit="seconds", low=1, high=86_400
    )
    experiment_seconds: float = _key(
        900.0,
        "Time for one cell tagged `experiment`, with `--run-experiments`; it is also added to `notebook_seconds`, as "
        "the time for all of them together.",
        unit="seconds",
        low=1,
        high=604_800,
    )
    files: tuple[str, ...] = _key(
        ("*.py", "*.csv", "*.json", "*.txt"),
        "Names of other files in a submission that its cells may read while they are graded.",
        item=r"[^/]+",
        example="*.csv",
    )
    files_mb: float = _key(5.0, "Total size of these files.", unit="MB", low=0, high=1000)
    gpu: bool = _key(False, "Whether grading gives each submission a GPU; `--gpu` does so for any lab.")
    gpu_memory_mb: int = _key(
        8000, "GPU memory of one submission, where it has a GPU.", unit="MB", low=256, high=1_000_000
    )
    gpu_exercises: tuple[str, ...] = _key(
        (),
        "Exercises whose tests also run with inputs on the GPU, where each submission gets one. An answer that makes a "
        "tensor on the CPU gets a note; scores do not change.",
        item=r"[^\W\d]\w*",
        example="embed_tokens",
    )
    full_memory_mb: int = _key(
        16_000, "With `--profile full`, in place of `memory_mb`.", unit="MB", low=256, high=1_000_000
    )
    full_seconds: float = _key(
        7200.0, "With `--profile full`, in place of `experiment_seconds`.", unit="seconds", low=1, high=604_800
    )


def read_settings(path: Path) -> LabSettings:
    """The settings in lab.toml, or the defaults if the file does not exist; CourseError explains the first mistake."""
    if not path.is_file():
        return LabSettings()
    return read_table(LabSettings, load_toml(path), path)
