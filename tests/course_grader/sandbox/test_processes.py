"""A kernel is alone in its process namespace, and has no privileges and no way to get any."""

import pytest

SYSCALLS = {
    "memfd_create": "libc.memfd_create(b'x', 0)",
    "unshare": "libc.unshare(0x10000000)",
    "ptrace": "libc.ptrace(0, 0, 0, 0)",
    "setns": "libc.setns(0, 0)",
    "mount": "libc.mount(b'tmpfs', b'/tmp', b'tmpfs', 0, None)",
    "umount": "libc.umount2(b'/tmp', 0)",
    "chroot": "libc.chroot(b'/tmp')",
    "process_vm_readv": "libc.process_vm_readv(1, None, 0, None, 0, 0)",
    "shmget": "libc.shmget(0, 4096, 0o1666)",
    "clone into a user namespace": "libc.syscall({'x86_64': 56}.get(platform.machine(), 220), 0x10000011, 0, 0, 0, 0)",
}


@pytest.mark.parametrize("name", SYSCALLS)
def test_dangerous_system_calls_are_refused(kernel, name):
    code = "import ctypes, errno, os, platform; libc = ctypes.CDLL(None, use_errno=True)\n"
    code += f"result = {SYSCALLS[name]}\nif result == 0 and 'clone' in {name!r}: os._exit(0)\n"
    assert kernel.run(code + "print(result, errno.errorcode.get(ctypes.get_errno()))") == "-1 EPERM"


def test_clone3_seems_not_to_exist(kernel):
    code = "import ctypes, errno; libc = ctypes.CDLL(None, use_errno=True); libc.syscall(435, None, 0); "
    assert kernel.run(code + "print(errno.errorcode[ctypes.get_errno()])") == "ENOSYS"


def test_it_has_no_privileges(kernel):
    status = kernel.run("print(open('/proc/self/status').read())")
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert {int(fields[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {0}
    assert (fields["NoNewPrivs"], fields["Seccomp"]) == ("1", "2")
    assert "0" not in fields["Uid"].split()
    # An ordinary user cannot drop groups: all but their own, which is the kernel's here, are unmapped (65534) inside.
    assert set(fields["Groups"].split()) <= {"65534", fields["Gid"].split()[0]}
    assert kernel.attempt("__import__('os').setuid(0)") in ("PermissionError", "OSError")


def test_it_sees_only_itself_and_the_first_process(kernel):
    processes = kernel.run("import os; print(sorted(int(name) for name in os.listdir('/proc') if name.isdigit()))")
    own = int(kernel.run("print(os.getpid())"))
    assert eval(processes) == [1, own]


def test_the_first_process_cannot_be_read_written_or_ended(kernel):
    assert kernel.attempt("open('/proc/1/mem', 'rb')") == "PermissionError"
    assert kernel.attempt("open('/proc/1/mem', 'r+b')") in ("PermissionError", "OSError")  # OSError: /proc is read-only
    assert kernel.attempt("os.listdir('/proc/1/fd')") == "PermissionError"
    assert kernel.attempt("os.listdir('/proc/1/root')") == "PermissionError"
    kernel.run("import signal; os.kill(1, signal.SIGTERM); os.kill(1, signal.SIGKILL)")
    assert kernel.run("print('alive')") == "alive"


def test_it_has_no_open_file_or_folder_of_the_grader(kernel):
    kernel.run("import glob, os; links = glob.glob('/proc/self/fd/*')")
    kernel.run("targets = {os.readlink(link) for link in links if os.path.islink(link)}")
    assert kernel.run("print({target for target in targets if target.startswith('/')})") == "{'/dev/null'}"


def test_it_is_killed_first_when_memory_is_short(kernel):
    assert kernel.run("print(open('/proc/self/oom_score_adj').read())") == "500"


def test_and_cannot_change_that(kernel):
    for name in ("oom_score_adj", "oom_adj"):
        code = f"try: open('/proc/self/{name}', 'w').write('0')\nexcept OSError as error: print(error.strerror)"
        assert kernel.run(code) == "Read-only file system"
    assert kernel.run("print(open('/proc/self/oom_score_adj').read())") == "500"
