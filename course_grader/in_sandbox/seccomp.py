"""Refuses, with EPERM, system calls that no notebook needs and that have been used to escape or bypass sandboxes.

The deny list is a classic BPF program, so no system library is needed. PyTorch, ipykernel and multiprocessing work
under it.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

# name: (x86_64, aarch64); None if the architecture has no such call.
DENIED = {
    # memory that neither RLIMIT_DATA nor the watchdog counts
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "shmat": (30, 196),
    # other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440),
    # namespaces and mounts
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "open_tree_attr": (467, 467), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    # large or privileged parts of the kernel
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "fanotify_init": (300, 262),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219), "syslog": (103, 116),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142), "acct": (163, 89),
    "swapon": (167, 224), "swapoff": (168, 225), "quotactl": (179, 60), "quotactl_fd": (443, 443),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171), "clock_adjtime": (305, 266),
    "iopl": (172, None), "ioperm": (173, None), "modify_ldt": (154, None), "personality": (135, 92),
    "vhangup": (153, 58),
}  # fmt: skip
CLONE = (56, 220)
CLONE3 = (435, 435)
SOCKET = (41, 198)
SOCKETPAIR = (53, 199)
SETSOCKOPT = (54, 208)
FAMILIES = (1, 2, 10, 16)  # unix, inet, inet6, netlink: confined to the network namespace, unlike vsock
SOL_SOCKET = 1
# SO_SNDBUF, SO_RCVBUF, SO_SNDBUFFORCE, SO_RCVBUFFORCE: buffers of the system's default size are bounded memory, as the
# number of descriptors is; with larger ones, a process could hold gigabytes outside of its own address space.
BUFFER_SIZES = (7, 8, 32, 33)
NEW_NAMESPACES = 0x7E020080  # the CLONE_NEW* flags
ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL_PROCESS = 0x7FFF0000, 0x80000000
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # offsets into struct seccomp_data
SECOND_ARGUMENT, THIRD_ARGUMENT = 24, 32


def _refuse(code: int) -> tuple[int, int, int, int]:
    return (RETURN, 0, 0, 0x00050000 | code)


def _when(number: int, body: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Instructions that run `body` for one system call and skip it for all others."""
    return [(EQUAL, 0, len(body), number), *body]


def _buffer_sizes_refused(eperm: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Instructions that refuse setsockopt's BUFFER_SIZES and skip to the next instruction for all other options."""
    options = [(EQUAL, len(BUFFER_SIZES) - 1 - i, 0, option) for i, option in enumerate(BUFFER_SIZES[:-1])]
    options.append((EQUAL, 0, 1, BUFFER_SIZES[-1]))
    body = [(LOAD, 0, 0, THIRD_ARGUMENT), *options, *eperm]
    return [(LOAD, 0, 0, SECOND_ARGUMENT), (EQUAL, 0, len(body), SOL_SOCKET), *body]


def program(machine: str | None = None) -> bytes:
    """The filter as an array of struct sock_filter. Raises NotImplementedError on an unknown machine."""
    machine = machine or platform.machine()
    if machine not in ARCHITECTURES:
        raise NotImplementedError(f"the sandbox supports {' and '.join(ARCHITECTURES)} processors, not {machine}")
    column, architecture = ARCHITECTURES[machine]
    eperm = [_refuse(errno.EPERM)]
    code = [(LOAD, 0, 0, ARCHITECTURE), (EQUAL, 1, 0, architecture), (RETURN, 0, 0, KILL_PROCESS), (LOAD, 0, 0, NUMBER)]
    if machine == "x86_64":  # x32 system calls have their own numbers
        code += [(AT_LEAST, 0, 1, 0x40000000), *eperm]
    for numbers in DENIED.values():
        if (number := numbers[column]) is not None:
            code += _when(number, eperm)
    # clone3 passes its flags through a pointer, which BPF cannot read; ENOSYS makes the C library fall back to clone.
    code += _when(CLONE3[column], [_refuse(errno.ENOSYS)])
    argument = (LOAD, 0, 0, FIRST_ARGUMENT)
    code += _when(CLONE[column], [argument, (ANY_BIT, 0, 1, NEW_NAMESPACES), *eperm, (RETURN, 0, 0, ALLOW)])
    known = [(EQUAL, len(FAMILIES) - i, 0, family) for i, family in enumerate(FAMILIES)]
    for call in (SOCKET, SOCKETPAIR):
        code += _when(call[column], [argument, *known, *eperm, (RETURN, 0, 0, ALLOW)])
    code += _when(SETSOCKOPT[column], [*_buffer_sizes_refused(eperm), (RETURN, 0, 0, ALLOW)])
    code.append((RETURN, 0, 0, ALLOW))
    return b"".join(struct.pack("HBBI", *instruction) for instruction in code)


def install() -> None:
    """Apply the filter to this thread and all that it creates. Needs no_new_privs; cannot be undone."""

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    code = program()
    buffer = ctypes.create_string_buffer(code, len(code))
    handle = Program(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(22, 2, ctypes.byref(handle), 0, 0) != 0:  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER
        raise OSError(ctypes.get_errno(), "the kernel refused the seccomp filter")
