"""A decoding process that a file has taken over: what it is told to try, it tries, and says whether that was refused.

Run as a program in the place of `bot.decoding.worker`; the file's last line names what to try.
"""

import _thread
import ctypes
import errno
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from bot.decoding.messages import DecodingRequest, Pixels
from bot.decoding.worker import LoadedDecoder, run_worker

OWNER = os.getppid()
LIBRARY = ctypes.CDLL(None, use_errno=True)
ATTEMPTS: dict[str, Callable[[], object]] = {
    "read a file": lambda: Path("/etc/passwd").read_bytes(),
    "read its environment": lambda: Path("/proc/self/environ").read_bytes(),
    "read the memory of its owner": lambda: Path(f"/proc/{OWNER}/mem").read_bytes(),
    "write a file": lambda: Path("/tmp/decode-was-here").write_bytes(b"x"),
    "list a folder": lambda: list(Path("/").iterdir()),
    "open a socket": lambda: socket.socket(socket.AF_INET),
    "open a socket of the system": lambda: socket.socket(socket.AF_UNIX),
    "start a pipe": os.pipe,
    "start a process": os.fork,
    "start a thread": lambda: _thread.start_new_thread(spin, ()),
    "copy a descriptor": lambda: os.dup(1),
    # What limits alone do not refuse:
    "run a program": lambda: os.execv("/bin/true", ["true"]),
    "signal its owner": lambda: os.kill(OWNER, 0),
    "signal itself": lambda: os.kill(os.getpid(), 0),
    "ask whether a file exists": lambda: Path("/etc/passwd").stat(),
    "delete a file": lambda: Path("/tmp/decode-is-not-here").unlink(),
    "trace its owner": lambda: call_system(LIBRARY.ptrace, 16, OWNER, 0, 0),
    "leave its limits": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9)),
}
"""What a process that was taken over would like to do. Each raises where it is refused."""

SILENT = {
    "spin": lambda: spin(),
    "wait": lambda: sys.stdin.buffer.read(),
    "end": lambda: os._exit(0),
    "fault": lambda: ctypes.string_at(0),
    "kill itself": lambda: signal.raise_signal(signal.SIGKILL),
    "say nonsense": lambda: os.write(1, b"\0\3" + b"\xff" * 200),
    "promise more": lambda: os.write(1, b"\0\3\0\0\4\0\0\0\4\0" + bytes(1000)) and os._exit(0),
}
"""What ends without an answer."""


KNOWING = {
    "storage",
    "handlers",
    "ita_stats",
    "bot.settings",
    "bot.bootstrap",
    "sqlite3",
    "cryptography",
    "aiohttp",
}
"""Modules that know secrets or talk to others."""


def spin() -> None:
    while True:
        pass


def call_system(function: Callable[..., int], *arguments: int) -> None:
    if function(*arguments) == -1:
        raise OSError(ctypes.get_errno(), "refused")


def answer_number(number: int) -> Pixels:
    return Pixels("RGB", 1, 1, number.to_bytes(3, "big"))


def obey(request: DecodingRequest) -> Pixels:
    """Try what the file says; answer 0 for what succeeded, else the error's number."""
    word = request.content.rpartition(b"\n")[2].decode()
    if word in SILENT:
        SILENT[word]()
    if word == "take memory":
        return answer_number(take_memory())
    if word.startswith("limit "):
        soft, hard = resource.getrlimit(int(word.removeprefix("limit ")))
        return answer_number(soft // 1024 if soft > 1 << 20 else soft) if soft == hard else answer_number(999)
    if word == "count what it knows":
        return answer_number(len(os.environ.keys() - {"LC_CTYPE"}) * 1000 + len(sys.modules.keys() & KNOWING))
    try:
        ATTEMPTS[word]()
    except OSError as refused:
        return answer_number(refused.errno or 999)
    except (ValueError, RuntimeError):  # what `resource` and `_thread` make of EPERM
        return answer_number(errno.EPERM)
    return answer_number(0)


def take_memory() -> int:
    """Megabytes that can be taken."""
    taken = []
    try:
        while True:
            taken.append(bytearray(16 << 20))
    except MemoryError:
        return 16 * len(taken)


if __name__ == "__main__":
    run_worker(LoadedDecoder(obey))
