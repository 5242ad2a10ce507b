"""Take from this process, before it reads a stranger's file, everything that decoding does not need.

The filter of system calls (seccomp) is a list of what may be called; no library is needed for it and no privilege, and
containers allow it. It is bound to an architecture: on others, and where the kernel refuses it, limits alone hold.
Sources: prctl(2), seccomp(2), getrlimit(2), proc_pid_oom_score_adj(5), linux/bpf_common.h.
"""

import ctypes
import os
import resource
import struct
import sys
from contextlib import suppress
from pathlib import Path

from bot.decoding.messages import Confinement

MAX_CPU_SECONDS = 10
"""A photo of 50 megapixels takes about one; a machine may be several times slower."""

MAX_ADDRESS_BYTES = 768 * 1024 * 1024
"""Memory, with the interpreter and its libraries. A progressive JPEG of 50 megapixels takes the most."""

NOBODY = 65534
"""User and group without files; a process of root becomes it."""

_NOTHING_MORE = (
    (resource.RLIMIT_NOFILE, 0),
    (resource.RLIMIT_FSIZE, 0),
    (resource.RLIMIT_CORE, 0),
)

_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 22, 38
_SECCOMP_MODE_FILTER = 2
_SECCOMP_RET_ALLOW, _SECCOMP_RET_ERRNO = 0x7FFF0000, 0x00050000
_EPERM = 1
_ENOSYS = 38
_LOAD_WORD, _JUMP_IF_EQUAL, _JUMP_IF_SET, _RETURN = (
    0x20,
    0x15,
    0x45,
    0x06,
)  # BPF_LD|W|ABS, BPF_JMP|…|K, BPF_RET|K
_AT_SYSCALL, _AT_ARCHITECTURE, _AT_FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
_CLONE_THREAD = 0x10000
_INSTRUCTION = struct.Struct("=HBBI")

_ALLOWED_CALLS: dict[str, tuple[int, int]] = {
    # name: number on x86_64, on aarch64
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "fstat": (5, 80),
    "lseek": (8, 62),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "readv": (19, 65),
    "writev": (20, 66),
    "sched_yield": (24, 124),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "exit": (60, 93),
    "gettimeofday": (96, 169),
    "sigaltstack": (131, 132),
    "gettid": (186, 178),
    "futex": (202, 98),
    "restart_syscall": (219, 128),
    "clock_gettime": (228, 113),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "exit_group": (231, 94),
    "getrandom": (318, 278),
}
"""What may be called: to read and write pipes that are open, to take memory, to end."""

_CLONE, _CLONE3 = (56, 220), (435, 435)
"""Threads may be started where the library for HEIC needs them, but no processes. What `clone3` is to start cannot be
seen by a filter: it is said not to exist, and the C library takes `clone`."""

_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""The place of the number in `_ALLOWED_CALLS`, and AUDIT_ARCH of linux/audit.h."""


class FilterProgram(ctypes.Structure):
    """`struct sock_fprog` of linux/filter.h."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def confine_process(
    *,
    filter_calls: bool = True,
    allow_threads: bool = False,
    address_bytes: int = MAX_ADDRESS_BYTES,
    cpu_seconds: int | None = MAX_CPU_SECONDS,
) -> Confinement:
    """Confine this process for good, and say how far that went. Everything it needs has to be imported before.

    filter_calls: False leaves the filter out, as on a kernel that refuses it. allow_threads: see `build_filter`.
    address_bytes, cpu_seconds: what it may use; None where it computes as long as the server lives.
    Raises OSError where a limit is refused.
    """
    os.closerange(3, 1 << 16)
    with suppress(OSError):  # where memory is short, this process is ended and not the server
        Path("/proc/self/oom_score_adj").write_text("1000")
    if os.geteuid() == 0:
        with suppress(OSError):  # in some containers even root may not; the filter holds there too
            _become_nobody()
    limits = ((resource.RLIMIT_AS, address_bytes), (resource.RLIMIT_CPU, cpu_seconds), *_NOTHING_MORE)
    for limit, value in limits:
        if value is None:
            continue
        hard = resource.getrlimit(limit)[1]
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (allowed, allowed))
    if filter_calls and _install_filter(allow_threads=allow_threads):
        return Confinement.SYSCALLS
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))  # counts threads too
    return Confinement.LIMITS


def build_filter(machine: str, *, allow_threads: bool = False) -> bytes | None:
    """Build the filter: calls of the list are allowed, others fail. None for an unknown architecture.

    allow_threads: a thread may be started too.
    """
    if machine not in _ARCHITECTURES:
        return None
    place, architecture = _ARCHITECTURES[machine]
    numbers = sorted(numbers[place] for numbers in _ALLOWED_CALLS.values())
    refuse = (_RETURN, 0, 0, _SECCOMP_RET_ERRNO | _EPERM)
    threads = (
        (_JUMP_IF_EQUAL, 0, 4, _CLONE[place]),
        (_LOAD_WORD, 0, 0, _AT_FIRST_ARGUMENT),
        (_JUMP_IF_SET, 0, 1, _CLONE_THREAD),
        (_RETURN, 0, 0, _SECCOMP_RET_ALLOW),
        refuse,
    )
    program = [
        (_LOAD_WORD, 0, 0, _AT_ARCHITECTURE),
        (_JUMP_IF_EQUAL, 1, 0, architecture),
        refuse,
        (_LOAD_WORD, 0, 0, _AT_SYSCALL),
        (_JUMP_IF_EQUAL, 0, 1, _CLONE3[place]),
        (_RETURN, 0, 0, _SECCOMP_RET_ERRNO | _ENOSYS),
        *(threads if allow_threads else ()),
        # Each comparison jumps over the rest of them and over `refuse`.
        *((_JUMP_IF_EQUAL, len(numbers) - at, 0, number) for at, number in enumerate(numbers)),
        refuse,
        (_RETURN, 0, 0, _SECCOMP_RET_ALLOW),
    ]
    return b"".join(_INSTRUCTION.pack(*step) for step in program)


def _become_nobody() -> None:
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def _install_filter(*, allow_threads: bool) -> bool:
    """Ask the kernel to filter; False where it refuses or is none that we know."""
    steps = build_filter(os.uname().machine, allow_threads=allow_threads) if sys.platform == "linux" else None
    if steps is None or sys.maxsize < 1 << 32:
        return False
    library = ctypes.CDLL(None, use_errno=True)
    program = FilterProgram(len(steps) // _INSTRUCTION.size, steps)
    zero = ctypes.c_ulong(0)
    if library.prctl(_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), zero, zero, zero):
        return False
    mode = ctypes.c_ulong(_SECCOMP_MODE_FILTER)
    return not library.prctl(_PR_SET_SECCOMP, mode, ctypes.byref(program), zero, zero)
