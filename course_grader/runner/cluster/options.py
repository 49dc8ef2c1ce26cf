"""What `--scheduler` and `--cluster` say, without importing Dask."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from course_grader.errors import CourseError
from course_grader.lab_settings.toml_table import load_toml

IN_FLIGHT = 64  # submissions that wait for a cluster's workers or are graded there, unless --workers says otherwise
# The classes of dask_jobqueue, by the names of its own configuration; `local` starts workers on this machine.
JOB_QUEUES = {
    "htcondor": "HTCondorCluster", "lsf": "LSFCluster", "moab": "MoabCluster", "oar": "OARCluster",
    "pbs": "PBSCluster", "sge": "SGECluster", "slurm": "SLURMCluster",
}  # fmt: skip
FOLDER_VARIABLE = "COURSE_FOLDER"  # tells a worker where the course is, if it is not started there
LOCAL = "local"
KINDS = (LOCAL, *JOB_QUEUES)


@dataclass(frozen=True)
class ClusterOptions:
    """Where workers are: those of a scheduler that runs already, or those of a batch system's jobs.

    scheduler: an address, or the path of a scheduler file. kind: one of KINDS. jobs: how many to ask for. arguments:
    of the cluster's class; what they leave out comes from Dask's own configuration.
    """

    scheduler: str | None = None
    kind: str = LOCAL
    jobs: int = 1
    arguments: dict[str, Any] = field(default_factory=dict)


def read_cluster(text: str) -> ClusterOptions:
    """The options in a TOML file, or those of a kind of batch system; CourseError if `text` is neither."""
    if text in KINDS:
        return ClusterOptions(kind=text)
    path = Path(text)
    if not path.is_file():
        raise CourseError(f"--cluster takes one of {', '.join(KINDS)}, or a file, got {text!r}, which does not exist")
    values = load_toml(path)
    kind, jobs, arguments = values.pop("kind", None), values.pop("jobs", 1), values.pop("arguments", {})
    if values:
        raise CourseError(f"{path}: unknown key {next(iter(values))!r}; expected kind, jobs, and a table [arguments]")
    if kind not in KINDS:
        raise CourseError(f"{path}: kind takes one of {', '.join(KINDS)}, got {kind!r}")
    if type(jobs) is not int or jobs < 1:
        raise CourseError(f"{path}: jobs takes a whole number of at least 1, got {jobs!r}")
    if not isinstance(arguments, dict):
        raise CourseError(f"{path}: arguments takes a table, got {arguments!r}")
    return ClusterOptions(kind=kind, jobs=jobs, arguments=arguments)
