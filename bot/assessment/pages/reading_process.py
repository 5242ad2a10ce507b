"""Read a page in a process of its own: HTML can be written so that reading it takes hours, and sites are hostile.

It has an empty environment, `/` as its folder, and is confined like a process that decodes pictures. On standard input
comes JSON, address and HTML; on standard output goes JSON, what was read.
"""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping

from pydantic import TypeAdapter, ValidationError

from bot.assessment.pages.page_reader import ReadPage, read_page
from bot.decoding.confinement import confine_process

MAX_ADDRESS_BYTES = 512 * 1024 * 1024
MAX_CPU_SECONDS, MAX_SECONDS = 10, 60
"""A page of 3 MB takes about one."""
MAX_OUTPUT_BYTES = 16 * 1024 * 1024

_Marks = list[tuple[str, str, tuple[str, ...]]]
_PAGE_CODEC = TypeAdapter(tuple[tuple[str, ...], bool, str, _Marks])


async def read_page_apart(body: str, address: str) -> ReadPage | None:
    """Read a page (`read_page`); None where that takes too long or too much."""
    if not body:
        return read_page(body, address)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-m", __name__, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={}, cwd="/"
    )
    try:
        async with asyncio.timeout(MAX_SECONDS):
            sound = body.encode("utf-8", "replace").decode()  # half a surrogate is no text
            told, _ = await process.communicate(json.dumps([address, sound]).encode())
        return _decode_page(told) if process.returncode == 0 and len(told) <= MAX_OUTPUT_BYTES else None
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _decode_page(told: bytes) -> ReadPage | None:
    try:
        links, has_form, text, marks = _PAGE_CODEC.validate_json(told)
    except ValidationError:
        return None
    found: Mapping[tuple[str, str], tuple[str, ...]] = {(name, value): texts for name, value, texts in marks}
    return ReadPage(links, has_form, text, found)


def encode_page(page: ReadPage) -> bytes:
    """Return what was read as the process tells it."""
    marks = [(name, value, texts) for (name, value), texts in page.marks.items()]
    return _PAGE_CODEC.dump_json((page.links, page.has_form, page.text, marks))


def main() -> None:
    """Read the page of standard input."""
    asked = sys.stdin.buffer.read()
    confine_process(address_bytes=MAX_ADDRESS_BYTES, cpu_seconds=MAX_CPU_SECONDS)
    address, body = json.loads(asked)
    sys.stdout.buffer.write(encode_page(read_page(body, address)))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
