"""Read a table file in a process of its own: reading a spreadsheet would hold up whoever writes to us meanwhile.

It has an empty environment, `/` as its folder, and is confined like a process that decodes pictures: a file of a
stranger is read. The content comes on standard input. Each line on standard output is JSON: first what the file is,
then some rows of a sheet each, or why the file is no table.
"""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.decoding.confinement import confine_process
from bot.importers.spreadsheet import RegisterFileError, prepare_spreadsheet_library, read_table
from handlers.dialog.replies import Phrase
from handlers.table_files import TableEncoding, TableFile, TableRow, TableSheet

ROWS_PER_LINE = 100

MAX_OUTPUT_BYTES = 128 * 1024 * 1024
"""What the process may answer: more than the largest CSV."""

MAX_ADDRESS_BYTES = 1024 * 1024 * 1024
MAX_CPU_SECONDS = 300
"""A spreadsheet of 100,000 rows takes about 20."""

DEFAULT_CELL_LIMIT = 1000
"""Characters of a cell that are kept."""


@dataclass(frozen=True, slots=True)
class _FileHead:
    """The first line of an answer."""

    encoding: TableEncoding
    has_1904_days: bool


@dataclass(frozen=True, slots=True)
class _SheetPiece:
    """Some rows of a sheet; each sheet has at least one such line. place: which sheet, from 0."""

    place: int
    name: str
    is_hidden: bool
    rows: tuple[TableRow, ...]


_HEAD_CODEC, _PIECE_CODEC = TypeAdapter(_FileHead), TypeAdapter(_SheetPiece)


async def read_table_apart(path: Path, content: bytes, cell_limit: int = DEFAULT_CELL_LIMIT) -> TableFile:
    """Return the sheets of a file, which is told by its content and the end of its name. Raises RegisterFileError."""
    command = (sys.executable, "-I", "-m", "bot.importers.reading_process", str(cell_limit), path.suffix)
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
    return await decode_table(output)


async def decode_table(output: bytes) -> TableFile:
    """Decode the lines that `encode_table` yields. Raises the RegisterFileError that it names."""
    try:
        first, *lines = output.splitlines() or [b""]
        if (lines or [first])[-1].startswith(b'{"key":'):
            problem = json.loads((lines or [first])[-1])
            raise RegisterFileError(Phrase(problem["key"], problem["args"]))
        head, sheets = _HEAD_CODEC.validate_json(first), dict[int, list[_SheetPiece]]()
        for line in lines:
            piece = _PIECE_CODEC.validate_json(line)
            sheets.setdefault(piece.place, []).append(piece)
            await asyncio.sleep(0)
    except ValidationError:
        raise RegisterFileError(Phrase("import.unreadable")) from None
    found = [
        TableSheet(own[0].name, own[0].is_hidden, tuple(row for piece in own for row in piece.rows))
        for _, own in sorted(sheets.items())
    ]
    return TableFile(head.encoding, tuple(found), head.has_1904_days)


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


def encode_table(path: Path, content: bytes, cell_limit: int = DEFAULT_CELL_LIMIT) -> Iterator[bytes]:
    """Yield the lines of a file's rows, or the one line that says why it is no table."""
    try:
        table = read_table(path, content, cell_limit)
    except RegisterFileError as error:
        args: dict[str, Any] = dict(error.reason.args)
        yield json.dumps({"key": error.reason.key, "args": args}, ensure_ascii=False).encode()
        return
    yield _HEAD_CODEC.dump_json(_FileHead(table.encoding, table.has_1904_days))
    for place, sheet in enumerate(table.sheets):
        for first in range(0, max(1, len(sheet.rows)), ROWS_PER_LINE):
            rows = tuple(sheet.rows[first : first + ROWS_PER_LINE])
            yield _PIECE_CODEC.dump_json(_SheetPiece(place, sheet.name, sheet.is_hidden, rows))


def main() -> None:
    """Read standard input, a file whose name ends with the second argument; the first is the limit of a cell."""
    content = sys.stdin.buffer.read()
    prepare_spreadsheet_library(content)
    confine_process(address_bytes=MAX_ADDRESS_BYTES, cpu_seconds=MAX_CPU_SECONDS)
    for line in encode_table(Path(f"register{sys.argv[2]}"), content, int(sys.argv[1])):
        sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
