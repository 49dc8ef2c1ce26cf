"""The processor time of a whole process tree, exactly where Linux lets us create a control group (usually as root)."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

_ROOT = Path("/sys/fs/cgroup")


class Account:
    """A control group for one command. `join` must be the command's first step; `seconds` is None without a group."""

    def __init__(self) -> None:
        self._folder: Path | None = None

    def __enter__(self) -> Self:
        parents = (parent for parent in (_ROOT / "cpuacct", _ROOT) if (parent / "cgroup.procs").is_file())
        for parent in parents:
            with contextlib.suppress(OSError):
                # Another name each time: a group whose last processes are still ending cannot be removed.
                self._folder = Path(tempfile.mkdtemp(prefix="benchmark-", dir=parent))
                break
        return self

    def join(self) -> None:
        """Move the calling process into the group; its descendants stay there, too."""
        if self._folder is not None:
            with contextlib.suppress(OSError):
                (self._folder / "cgroup.procs").write_text(str(os.getpid()))

    @property
    def seconds(self) -> float | None:
        """What the group's processes have used, those that have ended included."""
        if self._folder is None:
            return None
        with contextlib.suppress(OSError):
            return int((self._folder / "cpuacct.usage").read_text()) / 1e9
        with contextlib.suppress(OSError):
            return int((self._folder / "cpu.stat").read_text().split()[1]) / 1e6
        return None

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._folder is not None:
            with contextlib.suppress(OSError):
                self._folder.rmdir()
