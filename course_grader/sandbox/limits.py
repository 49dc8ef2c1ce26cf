"""What one kernel may use."""

from __future__ import annotations

import os
from dataclasses import dataclass

MB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Limits of one sandboxed kernel; every field is a whole number.

    memory_mb: memory of all its processes together, shared pages counted once (megabytes).
    cpu_seconds: processor time of one process. wall_seconds: life of the kernel.
    processes: processes and threads. file_mb: largest file. open_files: per process.
    tmp_mb: size of /tmp, and again of /dev/shm (files there are memory, and come on top of memory_mb).
    """

    memory_mb: int = 2000
    cpu_seconds: int = 300
    wall_seconds: int = 600
    processes: int = 96
    file_mb: int = 256
    tmp_mb: int = 256
    open_files: int = 256

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ValueError(f"Limits.{name}: expected a whole number of at least 1, got {value!r}")

    def rlimits(self) -> dict[str, int]:
        """The share of these limits that the Linux kernel enforces: names of the `resource` module to values."""
        return {
            "RLIMIT_DATA": self.memory_mb * MB,
            "RLIMIT_CPU": self.cpu_seconds,
            "RLIMIT_FSIZE": self.file_mb * MB,
            "RLIMIT_NOFILE": self.open_files,
            "RLIMIT_NPROC": self.processes + _threads_counted_elsewhere(),
            "RLIMIT_CORE": 0,
        }


def _threads_counted_elsewhere() -> int:
    """Threads of this user that RLIMIT_NPROC counts beside the sandbox's own.

    Since Linux 5.14 the count is kept for each user namespace; before, for the user as a whole.
    """
    release = tuple(int(part) for part in os.uname().release.split("-")[0].split(".")[:2])
    if release >= (5, 14) or os.geteuid() == 0:
        return 0
    return sum(_threads(entry.path) for entry in os.scandir("/proc") if entry.name.isdigit())


def _threads(process: str) -> int:
    try:
        return len(os.listdir(f"{process}/task")) if os.stat(process).st_uid == os.getuid() else 0
    except OSError:  # it ended meanwhile
        return 0
