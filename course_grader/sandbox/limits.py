"""The limits of one kernel."""

from __future__ import annotations

import os
from dataclasses import dataclass

from course_grader.in_sandbox.namespaces import HOME_MB

MB = 1 << 20
# Beyond memory_mb: libraries reserve much more than they use (and CUDA more than this). A page table takes at most
# 1/512 of what it maps.
ADDRESS_SPACE_MB = 64 * 1024


@dataclass(frozen=True)
class Limits:
    """Limits of one sandboxed kernel; every field is a whole number.

    memory_mb: total memory of all its processes in megabytes, shared pages counted once.
    cpu_seconds: processor time per process. wall_seconds: lifetime of the kernel.
    processes: processes and threads together. file_mb: size of one file. open_files: per process.
    tmp_mb: size of /tmp, and separately of /dev/shm. Files there take memory in addition to memory_mb.
    gpu_mb: GPU memory of all its processes; 0 if it uses no GPU.
    """

    memory_mb: int = 2000
    cpu_seconds: int = 300
    wall_seconds: int = 600
    processes: int = 96
    file_mb: int = 256
    tmp_mb: int = 256
    open_files: int = 256
    gpu_mb: int = 0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            least = 0 if name == "gpu_mb" else 1
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise ValueError(f"Limits.{name}: expected a whole number of at least {least}, got {value!r}")

    @property
    def memory_with_files_mb(self) -> int:
        """What a kernel can use with the files that it writes, all of which are in memory."""
        return self.memory_mb + 2 * self.tmp_mb + HOME_MB

    def rlimits(self) -> dict[str, int]:
        """The limits that Linux enforces: values by their names in the `resource` module."""
        limits = {
            "RLIMIT_DATA": self.memory_mb * MB,
            "RLIMIT_AS": (self.memory_mb + ADDRESS_SPACE_MB) * MB,
            "RLIMIT_CPU": self.cpu_seconds,
            "RLIMIT_FSIZE": self.file_mb * MB,
            "RLIMIT_NOFILE": self.open_files,
            "RLIMIT_NPROC": self.processes + _threads_counted_elsewhere(),
            "RLIMIT_CORE": 0,
        }
        if self.gpu_mb:  # CUDA reserves addresses for the memory of the host and of every GPU
            del limits["RLIMIT_AS"]
        return limits


def _threads_counted_elsewhere() -> int:
    """Threads of this user outside the sandbox that RLIMIT_NPROC counts, too.

    Since Linux 5.14, threads are counted per user namespace; before, per user.
    """
    release = tuple(int(part) for part in os.uname().release.split("-")[0].split(".")[:2])
    if release >= (5, 14) or os.geteuid() == 0:
        return 0
    return sum(_threads(entry.path) for entry in os.scandir("/proc") if entry.name.isdigit())


def _threads(process: str) -> int:
    try:
        return len(os.listdir(f"{process}/task")) if os.stat(process).st_uid == os.getuid() else 0
    except OSError:  # the process has ended meanwhile
        return 0
