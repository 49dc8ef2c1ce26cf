"""The limits that follow from a lab's settings, and what one submission can cost at most."""

from __future__ import annotations

from dataclasses import dataclass, replace

from course_grader.engine_options import DEFAULTS, EngineOptions
from course_grader.judge.process_limits import MEMORY_MB as JUDGE_MB
from course_grader.kernel_client.capped_client import MAX_NOTEBOOK_BYTES
from course_grader.kernel_client.student_kernel import START_SECONDS
from course_grader.lab_settings import LabSettings
from course_grader.sandbox import Limits
from course_grader.sandbox.limits import MB
from course_grader.sandbox.manager import CHANNELS, MESSAGE_MB, QUEUED_MESSAGES
from course_grader.sandbox.watchdog import FOLDER_MB

MAX_DEATHS = 2  # a kernel that dies is restarted once
MAX_KERNELS = 3  # once more where a cell was wrongly suspected of having ended the first
SPARE_SECONDS = 30.0  # for opening and closing
REPAIR_SECONDS = 60.0
DIAGNOSIS_SECONDS = 20.0  # for all exercises of a submission
DEVICE_SECONDS = 60.0  # for all its exercises with inputs on a GPU, which starts first


@dataclass(frozen=True)
class Cost:
    """What one submission can cost at most: whole seconds of wall time, and megabytes.

    memory_mb: of its kernel with the files that it writes, of its judge beyond the reference, and of messages that the
    grader has received and not read. disk_mb: copies of its other files, and the outputs in its graded notebook.
    """

    seconds: int
    memory_mb: int
    disk_mb: int


def limits_of(settings: LabSettings, gpu: bool = False) -> Limits:
    """The sandbox's limits for a lab. Processor time is twice the wall time: a submission may keep two cores busy."""
    seconds = int(settings.notebook_seconds)
    return Limits(
        memory_mb=settings.memory_mb,
        wall_seconds=seconds,
        cpu_seconds=2 * seconds,
        gpu_mb=settings.gpu_memory_mb if gpu else 0,
    )


def longest_seconds(settings: LabSettings) -> float:
    """The time after which a run of one submission's cells and tests is stopped, whatever it is waiting for."""
    return MAX_DEATHS * (START_SECONDS + settings.notebook_seconds) + settings.call_seconds + SPARE_SECONDS


def with_options(settings: LabSettings, options: EngineOptions) -> LabSettings:
    """The settings of a run with the cells tagged `experiment`, or in another profile."""
    if options.profile != "cpu":
        settings = replace(settings, memory_mb=settings.full_memory_mb, experiment_seconds=settings.full_seconds)
    if options.run_experiments:
        settings = replace(settings, notebook_seconds=settings.notebook_seconds + settings.experiment_seconds)
    return settings


def outer_seconds(settings: LabSettings, options: EngineOptions = DEFAULTS) -> float:
    """The time after which the grader gives up on one submission; its run has been stopped before."""
    running = longest_seconds(with_options(settings, options))
    return running + DIAGNOSIS_SECONDS + (DEVICE_SECONDS if settings.gpu_exercises else 0.0) + REPAIR_SECONDS


def cost_of(settings: LabSettings) -> Cost:
    """What one submission of a lab with these settings can cost at most."""
    messages_mb = CHANNELS * QUEUED_MESSAGES * MESSAGE_MB
    outputs_mb = MAX_KERNELS * MAX_NOTEBOOK_BYTES / MB
    copies = MAX_KERNELS + 1  # one in the folder of each kernel, one beside the graded notebook
    return Cost(
        seconds=round(outer_seconds(settings)),
        memory_mb=limits_of(settings).memory_with_files_mb + JUDGE_MB + messages_mb,
        disk_mb=round(copies * settings.files_mb + MAX_KERNELS * FOLDER_MB + outputs_mb),
    )
