"""Read a register file in a process of its own: reading a spreadsheet would hold up whoever writes to us meanwhile.

It has an empty environment, `/` as its folder, and is confined like a process that decodes pictures: a file of a
stranger is read. The content comes on standard input. Each line on standard output is JSON: some rows, or why the file
is no register.
"""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from bot.decoding.confinement import confine_process
from bot.importers.spreadsheet import RegisterFileError, prepare_spreadsheet_library, read_register_rows
from handlers.complaints.import_rows import ImportRow
from handlers.dialog.replies import Phrase

ROWS_PER_LINE = 100

MAX_OUTPUT_BYTES = 128 * 1024 * 1024
"""What the process may answer: the largest CSV, with the names of its columns in each row."""

MAX_ADDRESS_BYTES = 1024 * 1024 * 1024
MAX_CPU_SECONDS = 300
"""A spreadsheet of 100,000 rows takes about 20."""

_ROWS_CODEC = TypeAdapter(list[ImportRow])


async def read_rows_apart(path: Path, content: bytes) -> list[ImportRow]:
    """Return the rows of a register below its header, without empty ones. Raises RegisterFileError."""
    command = (sys.executable, "-I", "-m", "bot.importers.reading_process", path.suffix)
    # A traceback on standard error might have what stands in the file.
    process = await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}, cwd="/"
    )
    feeding = asyncio.create_task(_feed(process, content))
    try:
        output = await _read_output(process)
        await process.wait()
    finally:
        feeding.cancel()
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise RegisterFileError(Phrase("import.unreadable"))
    rows = list[ImportRow]()
    for line in output.splitlines():
        rows += _decode_line(line)
        await asyncio.sleep(0)
    return rows


async def _feed(process: Process, content: bytes) -> None:
    if process.stdin is not None:
        with suppress(ConnectionError):  # it ended before it had read all
            process.stdin.write(content)
            await process.stdin.drain()
        process.stdin.close()


async def _read_output(process: Process) -> bytes:
    output = bytearray()
    while process.stdout is not None and (piece := await process.stdout.read(1 << 16)):
        output += piece
        if len(output) > MAX_OUTPUT_BYTES:
            raise RegisterFileError(Phrase("import.large"))
    return bytes(output)


def _decode_line(line: bytes) -> list[ImportRow]:
    """Decode a line of the process. Raises the RegisterFileError that it names."""
    if line.startswith(b"{"):
        problem = json.loads(line)
        raise RegisterFileError(Phrase(problem["key"], problem["args"]))
    return _ROWS_CODEC.validate_json(line)


def encode_rows(path: Path, content: bytes) -> Iterator[bytes]:
    """Yield the lines of a file's rows; after an error there are no more."""
    try:
        rows = read_register_rows(path, content)
        while piece := list(islice(rows, ROWS_PER_LINE)):
            yield _ROWS_CODEC.dump_json(piece)
    except RegisterFileError as error:
        args: dict[str, Any] = dict(error.reason.args)
        yield json.dumps({"key": error.reason.key, "args": args}, ensure_ascii=False).encode()


def main() -> None:
    """Read standard input, a file whose name ends with the argument."""
    content = sys.stdin.buffer.read()
    prepare_spreadsheet_library(content)
    confine_process(address_bytes=MAX_ADDRESS_BYTES, cpu_seconds=MAX_CPU_SECONDS)
    for line in encode_rows(Path(f"register{sys.argv[1]}"), content):
        sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
