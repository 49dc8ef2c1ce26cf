"""What CUDA needs of this machine: NVIDIA's device files, the driver's libraries, and who uses how much GPU memory.

Nothing here starts CUDA: it does not survive a fork, so a kernel's own process is the first to touch it.
"""

from __future__ import annotations

import itertools
import os
import re
import subprocess
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from course_grader.errors import to_install
from course_grader.sandbox.limits import MB
from course_grader.sandbox.program import SandboxUnavailable

# Shared by all GPUs: opening a context, and unified memory. Each GPU has a file of its own beside them.
COMMON_DEVICES = ("nvidiactl", "nvidia-uvm")
# The driver's libraries that computing needs; others draw, encode video or debug.
LIBRARY = re.compile(r"lib(cuda|nvidia-(ml|ptxjitcompiler|nvvm\d*|gpucomp))\.so")
SHOWN_ANYWAY = ("/usr/", "/lib/", "/lib64/")
VISIBLE = "CUDA_VISIBLE_DEVICES"


class Nvml(Protocol):
    """The part of the module pynvml, from the package nvidia-ml-py, that is used here."""

    NVMLError: type[Exception]

    def nvmlInit(self) -> None: ...
    def nvmlDeviceGetCount(self) -> int: ...
    def nvmlDeviceGetHandleByIndex(self, index: int) -> Any: ...
    def nvmlDeviceGetUUID(self, handle: Any) -> str: ...
    def nvmlDeviceGetMinorNumber(self, handle: Any) -> int: ...
    def nvmlDeviceGetComputeRunningProcesses(self, handle: Any) -> Sequence[Any]: ...


@dataclass(frozen=True)
class Gpus:
    """The GPUs that submissions may use, by their UUIDs, and what a sandbox must show for them.

    devices: files in /dev. libraries: files that the sandbox does not show anyway.
    """

    uuids: tuple[str, ...]
    devices: tuple[str, ...]
    libraries: tuple[str, ...]
    nvml: Nvml
    _handles: tuple[Any, ...]
    _turn: Any = field(default_factory=itertools.count)

    def next(self) -> str:
        """The UUID of the GPU for the next kernel: each in turn, so that kernels spread over all. Thread-safe."""
        return self.uuids[next(self._turn) % len(self.uuids)]

    def environment(self) -> dict[str, str]:
        """Where a sandbox finds the libraries."""
        folders = dict.fromkeys(os.path.dirname(path) for path in self.libraries)
        return {"LD_LIBRARY_PATH": os.pathsep.join(folders)} if folders else {}

    def used_mb(self, pids: Collection[int]) -> int:
        """The GPU memory that these processes use, on all GPUs together; 0 where the driver does not tell."""
        used = 0
        for handle in self._handles:
            with suppress(self.nvml.NVMLError):
                running = self.nvml.nvmlDeviceGetComputeRunningProcesses(handle)
                used += sum(each.usedGpuMemory or 0 for each in running if each.pid in pids)
        return used // MB


def find_gpus(nvml: Nvml | None = None, dev: Path = Path("/dev"), environment: Mapping[str, str] = os.environ) -> Gpus:
    """The GPUs that this process may use. SandboxUnavailable says what is missing.

    environment: may restrict them by CUDA_VISIBLE_DEVICES, as a batch system does, and name folders of libraries.
    """
    nvml = nvml or _load_nvml()
    try:
        nvml.nvmlInit()
        handles = [nvml.nvmlDeviceGetHandleByIndex(index) for index in range(nvml.nvmlDeviceGetCount())]
        found = [(nvml.nvmlDeviceGetUUID(handle), handle) for handle in handles]
        chosen = _visible(found, environment.get(VISIBLE))
        names = [f"nvidia{nvml.nvmlDeviceGetMinorNumber(handle)}" for _, handle in chosen]
    except nvml.NVMLError as error:
        raise SandboxUnavailable(f"no GPU: NVIDIA's driver says {error}; check nvidia-smi") from None
    if not chosen:
        raise SandboxUnavailable(f"no GPU: the driver has {len(found)}, {VISIBLE}={environment.get(VISIBLE, '')!r}")
    devices = [str(dev / name) for name in (*COMMON_DEVICES, *names)]
    if missing := [path for path in devices if not os.path.exists(path)]:
        raise SandboxUnavailable(f"no GPU: {', '.join(missing)} missing; nvidia-modprobe -u -c=0 creates them")
    return Gpus(
        tuple(uuid for uuid, _ in chosen), tuple(devices), tuple(driver_libraries(environment)), nvml,
        tuple(handle for _, handle in chosen),
    )  # fmt: skip


def _load_nvml() -> Nvml:
    try:
        import pynvml
    except ImportError:
        raise SandboxUnavailable(f"grading on a GPU needs nvidia-ml-py: {to_install('gpu')}") from None
    return pynvml


def _visible(found: Sequence[tuple[str, Any]], visible: str | None) -> list[tuple[str, Any]]:
    """As CUDA reads the variable: numbers or UUIDs, which may be shortened; nothing counts after an unknown one."""
    if visible is None:
        return list(found)
    chosen: list[tuple[str, Any]] = []
    for word in filter(None, map(str.strip, visible.split(","))):
        matching = [found[int(word)]] if word.isdecimal() and int(word) < len(found) else []
        matching = matching or [each for each in found if not word.isdecimal() and each[0].startswith(word)]
        if len(matching) != 1:
            break
        chosen += matching
    return chosen


def driver_libraries(environment: Mapping[str, str] = os.environ, cache: str | None = None) -> list[str]:
    """The driver's libraries outside the folders that every sandbox shows, with the files that links point to.

    cache: what `ldconfig -p` prints.
    """
    listed = re.findall(r"=> (\S+)", _linker_cache() if cache is None else cache)
    folders = filter(None, environment.get("LD_LIBRARY_PATH", "").split(os.pathsep))
    beside = [str(path) for folder in folders for path in sorted(Path(folder).glob("lib*.so*"))]
    found = [path for path in (*beside, *listed) if LIBRARY.match(os.path.basename(path))]
    return [path for path in _with_targets(found) if not path.startswith(SHOWN_ANYWAY)]


def _with_targets(paths: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(each for path in paths for each in (path, os.path.realpath(path))))


def _linker_cache() -> str:
    for program in ("ldconfig", "/sbin/ldconfig"):
        with suppress(OSError):
            return subprocess.run([program, "-p"], capture_output=True, text=True, check=False).stdout
    return ""
