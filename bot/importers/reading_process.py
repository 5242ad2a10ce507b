"""Read a register file in a process of its own: reading a spreadsheet would hold up whoever writes to us meanwhile.

The content comes on standard input. Each line on standard output is JSON: some rows, or why the file is no register.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from bot.importers.spreadsheet import RegisterFileError, read_register_rows
from handlers.complaints.import_rows import ImportRow
from handlers.dialog.replies import Phrase

ROWS_PER_LINE = 100

_ROWS_CODEC = TypeAdapter(list[ImportRow])


async def read_rows_apart(path: Path, content: bytes) -> list[ImportRow]:
    """Return the rows of a register below its header, without empty ones. Raises RegisterFileError."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # nothing is imported from the folder where the program was started
        "-m",
        "bot.importers.reading_process",
        path.suffix,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # a traceback might have what stands in the file
    )
    try:
        output, _ = await process.communicate(content)
    finally:
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
    for line in encode_rows(Path(f"register{sys.argv[1]}"), sys.stdin.buffer.read()):
        sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
