"""What a kernel gets of a GPU, with FAKES at every seam: NVML, the device files and the driver's libraries.

No CUDA runs here. A real GPU is only reached by tests with the marker `gpu`.
"""

import os
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from course_grader.sandbox import Gpus, Limits, SandboxUnavailable, Zygote
from course_grader.sandbox.gpu import driver_libraries, find_gpus
from course_grader.sandbox.watchdog import Watchdog
from tests.course_grader.sandbox.conftest import SMALL, Kernel

MB = 1 << 20
STAND_IN = "/dev/fuse"  # a device file that sandboxes do not show; stands for /dev/nvidia0


class FakeNvml:
    """Stands for pynvml: so many GPUs, whose files have other numbers, and what processes use."""

    class NVMLError(Exception):
        pass

    def __init__(self, count=2, used=(), broken=False):
        self.count, self.used, self.broken = count, used, broken

    def nvmlInit(self):
        if self.broken:
            raise self.NVMLError("Driver/library version mismatch")

    def nvmlDeviceGetCount(self):
        return self.count

    def nvmlDeviceGetHandleByIndex(self, index):
        return index

    def nvmlDeviceGetUUID(self, handle):
        return f"GPU-{'abcd'[handle]}{handle}"

    def nvmlDeviceGetMinorNumber(self, handle):
        return 7 - handle

    def nvmlDeviceGetComputeRunningProcesses(self, handle):
        return [SimpleNamespace(pid=pid, usedGpuMemory=used) for gpu, pid, used in self.used if gpu == handle]


@pytest.fixture
def dev(tmp_path):
    """A folder with the device files of two GPUs, and others that nobody needs."""
    for name in ("nvidiactl", "nvidia-uvm", "nvidia7", "nvidia6", "nvidia-modeset", "sda"):
        (tmp_path / name).touch()
    return tmp_path


def found(dev, nvml=None, **environment):
    return find_gpus(nvml or FakeNvml(), dev, environment)


class TestFinding:
    def test_only_the_devices_that_cuda_needs(self, dev):
        names = [os.path.basename(path) for path in found(dev).devices]
        assert names == ["nvidiactl", "nvidia-uvm", "nvidia7", "nvidia6"]

    @pytest.mark.parametrize(
        "visible, uuids",
        [("1", ["GPU-b1"]), ("1,0", ["GPU-b1", "GPU-a0"]), ("GPU-a", ["GPU-a0"]), ("0,9,1", ["GPU-a0"])],
    )
    def test_a_batch_system_s_choice_is_kept(self, dev, visible, uuids):
        gpus = found(dev, CUDA_VISIBLE_DEVICES=visible)
        assert list(gpus.uuids) == uuids
        assert len(gpus.devices) == 2 + len(uuids)

    def test_kernels_take_the_gpus_in_turn(self, dev):
        gpus = found(dev)
        assert [gpus.next() for _ in range(3)] == ["GPU-a0", "GPU-b1", "GPU-a0"]

    @pytest.mark.parametrize(
        "nvml, environment, reason",
        [
            (FakeNvml(broken=True), {}, "driver says Driver/library version mismatch"),
            (FakeNvml(count=0), {}, "the driver has 0"),
            (FakeNvml(), {"CUDA_VISIBLE_DEVICES": ""}, "the driver has 2, CUDA_VISIBLE_DEVICES=''"),
            (FakeNvml(count=3), {}, "nvidia5 missing"),
        ],
    )
    def test_what_is_missing_is_said(self, dev, nvml, environment, reason):
        with pytest.raises(SandboxUnavailable, match=reason):
            find_gpus(nvml, dev, environment)

    def test_the_libraries_of_a_driver_elsewhere_come_with_their_targets(self, tmp_path):
        folder = tmp_path / "driver"
        folder.mkdir()
        for name in ("libcuda.so.570.1", "libnvidia-ml.so.1", "libnvidia-encode.so.1", "libGLX_nvidia.so.0"):
            (folder / name).touch()
        (folder / "libcuda.so.1").symlink_to("libcuda.so.570.1")
        cache = f"\tlibcuda.so.1 (libc6,x86-64) => {folder}/libcuda.so.1\n\tlibcuda.so.1 => /usr/lib/libcuda.so.1\n"
        listed = driver_libraries({}, cache)
        assert [os.path.basename(path) for path in listed] == ["libcuda.so.1", "libcuda.so.570.1"]
        beside = driver_libraries({"LD_LIBRARY_PATH": f":{folder}"}, "")
        assert {os.path.basename(path) for path in beside} == {"libcuda.so.1", "libcuda.so.570.1", "libnvidia-ml.so.1"}


class TestMemory:
    def test_the_processes_of_a_submission_count_on_all_gpus(self, dev):
        nvml = FakeNvml(used=[(0, 11, 300 * MB), (1, 12, 200 * MB), (1, 99, 5000 * MB), (0, 12, None)])
        assert found(dev, nvml).used_mb({11, 12}) == 500

    def test_over_its_budget_a_kernel_is_stopped_with_a_sentence(self, tmp_path):
        start = lambda: subprocess.Popen(["sleep", "60"], stderr=subprocess.PIPE)  # noqa: E731
        watchdog = Watchdog(start, Limits(gpu_mb=100), str(tmp_path), gpu_used=lambda pids: 150)
        watchdog.launch().wait(20)
        assert watchdog.death_reason == "GPU memory: used 150 MB, allowed 100 MB"

    def test_addresses_are_limited_only_without_a_gpu(self):
        assert "RLIMIT_AS" in Limits().rlimits()
        assert "RLIMIT_AS" not in Limits(gpu_mb=100).rlimits()
        with pytest.raises(ValueError, match="gpu_mb: expected a whole number of at least 0"):
            Limits(gpu_mb=-1)


@pytest.fixture
def gpus(shown):
    """Two GPUs whose device file is a stand-in, and whose driver is in a folder that sandboxes do not show."""
    if not os.path.exists(STAND_IN):
        pytest.skip(f"no {STAND_IN}, which stands for a GPU's device file")
    library = shown / "libcuda.so.1"
    library.write_text("the driver")
    return Gpus(("GPU-a0", "GPU-b1"), (STAND_IN,), (str(library),), FakeNvml(), (0, 1))


LOOK = f"import os, stat; print(os.environ.get('CUDA_VISIBLE_DEVICES'), os.path.exists('{STAND_IN}'))"


class TestKernels:
    """Real kernels, in a sandbox with stand-ins for the files."""

    @pytest.mark.parametrize("forked", [True, False], ids=["zygote", "fresh"])
    def test_each_gets_the_device_the_driver_and_its_own_gpu(self, gpus, forked):
        limits = Limits(**SMALL, gpu_mb=500)
        shown = {"read_only": gpus.libraries, "devices": gpus.devices, "environment": gpus.environment()}
        kernels = []
        zygote = Zygote([], limits, **shown).__enter__() if forked else None
        try:
            kernels = [Kernel(limits=limits, zygote=zygote, gpus=gpus) for _ in range(2)]
            assert [kernel.run(LOOK) for kernel in kernels] == ["GPU-a0 True", "GPU-b1 True"]
            library = Path(gpus.libraries[0])
            assert kernels[0].run(f"print(open('{library}').read())") == "the driver"
            assert kernels[0].run("print(os.environ['LD_LIBRARY_PATH'])") == str(library.parent)
        finally:
            for kernel in kernels:
                kernel.close()
            if zygote:
                zygote.close()

    def test_without_a_gpu_there_is_none(self, start):
        assert start().run(LOOK) == "None False"
