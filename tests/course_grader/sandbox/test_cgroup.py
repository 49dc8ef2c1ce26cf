"""Memory cgroups: found or refused in a fake /proc and /sys/fs/cgroup; a real one is used where this host has it."""

import os
import subprocess

import pytest

from course_grader.sandbox import Limits, cgroup, processes
from course_grader.sandbox.cgroup import (
    CgroupUnavailable,
    KernelGroup,
    create_group,
    open_group,
    own_group,
    parent_group,
)
from course_grader.sandbox.limits import MB
from course_grader.sandbox.watchdog import Watchdog

MOUNTED = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n"


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(cgroup, "PAUSE", 0.0)


@pytest.fixture
def fake_root(tmp_path):
    """Files as they are on a host with cgroup v2; this process is in /user/terminal, and /user can have limits."""
    own = tmp_path / "proc/self"
    own.mkdir(parents=True)
    (own / "mountinfo").write_text(MOUNTED)
    (own / "cgroup").write_text("0::/user/terminal\n")
    top = tmp_path / "sys/fs/cgroup"
    (top / "user/terminal").mkdir(parents=True)
    (top / "cgroup.controllers").write_text("cpu memory pids\n")
    (top / "user/cgroup.subtree_control").write_text("memory pids\n")
    busy = top / "user/terminal/cgroup.subtree_control"
    busy.mkdir()  # writing to it fails, as it does in a group that has processes
    return tmp_path


class TestParent:
    def test_is_the_nearest_group_whose_children_can_have_limits(self, fake_root):
        assert parent_group(fake_root) == fake_root / "sys/fs/cgroup/user"

    def test_is_the_own_group_if_limits_can_be_allowed_there(self, fake_root):
        control = fake_root / "sys/fs/cgroup/user/terminal/cgroup.subtree_control"
        control.rmdir()
        assert parent_group(fake_root) == fake_root / "sys/fs/cgroup/user/terminal"
        assert control.read_text() == "+memory +pids"

    def test_settings_above_the_own_group_are_not_changed(self, fake_root):
        control = fake_root / "sys/fs/cgroup/user/cgroup.subtree_control"
        control.write_text("cpu\n")
        with pytest.raises(CgroupUnavailable):
            parent_group(fake_root)
        assert control.read_text() == "cpu\n"

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("proc/self/mountinfo", "30 23 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"),
            ("proc/self/cgroup", "4:memory:/user\n"),
            ("proc/self/cgroup", "0::/../outside\n"),
            ("sys/fs/cgroup/cgroup.controllers", ""),
        ],
    )
    def test_without_a_usable_hierarchy_there_is_no_group_and_no_error(self, fake_root, name, text):
        (fake_root / name).write_text(text)
        with pytest.raises(CgroupUnavailable):
            parent_group(fake_root)
        assert open_group(Limits(), fake_root) is None

    def test_without_proc_either(self, tmp_path):
        assert open_group(Limits(), tmp_path) is None


class TestFakeGroup:
    def test_has_the_limits(self, fake_root):
        group = open_group(Limits(memory_mb=500, tmp_mb=100, processes=40), fake_root)
        written = {path.name: path.read_text() for path in group.folder.iterdir()}
        assert int(written["memory.max"]) == group.limit_mb * MB
        assert 700 < group.limit_mb < 800  # with /tmp, /dev/shm and the home folder
        assert written["memory.swap.max"] == "0" and written["memory.oom.group"] == "1"
        assert int(written["pids.max"]) >= 40

    def test_a_process_is_moved(self, tmp_path):
        group = create_group(tmp_path, Limits())
        (group.folder / "cgroup.procs").write_text("")
        process = subprocess.Popen(["/bin/sleep", "60"])
        try:
            group.add_tree(process.pid)
        finally:
            process.kill()
            process.wait()
        assert (group.folder / "cgroup.procs").read_text() == str(process.pid)

    @pytest.mark.parametrize(("killed", "used"), [(0, None), (1, 900)])
    def test_knows_whether_linux_ended_it(self, tmp_path, killed, used):
        (tmp_path / "memory.events").write_text(f"low 0\nmax 7\noom {killed}\noom_kill {killed}\n")
        assert KernelGroup(tmp_path, 900).used_up() == used
        (tmp_path / "memory.peak").write_text(str(850 * MB))
        assert KernelGroup(tmp_path, 900).used_up() == (850 if killed else None)


@pytest.fixture
def unlimited_group():
    """A real group, which exists even where the memory controller does not."""
    try:
        group = KernelGroup(own_group()[1] / f"{cgroup.PREFIX}{os.getpid()}-test", 900)
        group.folder.mkdir()
    except (CgroupUnavailable, OSError) as reason:
        pytest.skip(f"this host has no cgroup (v2) for us: {reason}")
    yield group
    group.remove()


def test_a_real_group_holds_every_process_of_a_kernel_and_ends_with_it(
    start, kernel_kind, unlimited_group, monkeypatch
):
    monkeypatch.setattr(cgroup, "open_group", lambda limits: unlimited_group)
    monkeypatch.setattr(cgroup, "PAUSE", 0.05)
    one = start(**kernel_kind)
    inside = {int(number) for number in (unlimited_group.folder / "cgroup.procs").read_text().split()}
    assert inside == set(processes.tree(one.manager.provisioner.pid))
    one.run("import os, time\nif os.fork() == 0: time.sleep(60)")
    assert len((unlimited_group.folder / "cgroup.procs").read_text().split()) == len(inside) + 1
    one.close()
    one.manager.provisioner.watchdog._thread.join()
    assert not unlimited_group.folder.exists()


class FakeGroup:
    """A group whose memory is used up."""

    def __init__(self):
        self.added, self.removed = [], 0

    def add_tree(self, pid):
        self.added.append(pid)

    def used_up(self):
        return 777

    def remove(self):
        self.removed += 1


def test_a_death_by_the_groups_limit_has_the_same_reason_as_the_watchdogs(tmp_path):
    group = FakeGroup()

    def start():
        return subprocess.Popen(["/bin/sh", "-c", "kill -9 $$"], stderr=subprocess.PIPE)

    watchdog = Watchdog(start, Limits(memory_mb=500), str(tmp_path), lambda limits: group)
    process = watchdog.launch()
    process.wait()
    assert watchdog.death_reason == "memory: used 777 MB, allowed 500 MB"
    assert group.added == [process.pid] and group.removed == 1


def test_a_kernel_in_a_real_group_is_ended_with_the_reason(start, kernel_kind, monkeypatch):
    try:
        parent = parent_group()
    except CgroupUnavailable as reason:
        pytest.skip(f"this host has no memory cgroup (v2) for us: {reason}")
    monkeypatch.setattr("course_grader.sandbox.processes.memory_mb", lambda pids, enough: 0)  # the watchdog is blind
    one = start({"memory_mb": 400, "tmp_mb": 8}, **kernel_kind)
    assert any(parent.glob(f"{cgroup.PREFIX}{os.getpid()}-*"))
    code = "import mmap; m = mmap.mmap(-1, 2000 << 20)\nfor i in range(0, 2000 << 20, 4096): m[i] = 1\n"
    reason = one.end(code)
    assert reason.startswith("memory: used ") and reason.endswith("allowed 400 MB")
    assert not any(parent.glob(f"{cgroup.PREFIX}{os.getpid()}-*"))
