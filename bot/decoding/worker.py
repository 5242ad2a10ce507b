"""The program of a decoding process: `python -I -m bot.decoding.worker`. One file, then it ends.

It imports nothing of this project but this folder (`tests/house/test_imports.py`): what is not in it cannot leak.
"""

import sys
from collections.abc import Callable

from bot.decoding.confinement import confine_process
from bot.decoding.messages import (
    ALIVE_ANSWER,
    ALIVE_QUESTION,
    DecodingFailure,
    Pixels,
    read_request,
    write_answer,
    write_ready,
)
from bot.decoding.pictures import decode_picture

WITHOUT_FILTER = "--without-filter"
"""Argument that leaves the filter of system calls out, as on a kernel that refuses it; for tests."""


def run_worker(decode: Callable[[str, bytes], Pixels | DecodingFailure]) -> None:
    """Confine this process, then decode the one file that comes through standard input."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    write_ready(sink, confine_process(filter_calls=WITHOUT_FILTER not in sys.argv))
    if source.read(1) != ALIVE_QUESTION:
        return
    sink.write(ALIVE_ANSWER)
    sink.flush()
    request = read_request(source)
    if request is not None:
        write_answer(sink, decode(request.kind, request.content))


if __name__ == "__main__":
    run_worker(decode_picture)
