"""Pictures that people send: what an honest one waits for its confined process, and what a hostile one costs."""

import asyncio
import io
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping

from PIL import Image

from benchmarks.tables import Sizes, Table, format_spread, prepare_process
from bot.decoding.messages import DecodingFailure, DecodingRequest, Pixels
from bot.decoding.pictures import decode_picture
from bot.decoding.pool import DecoderPool, find_failure_in_header
from bot.images.sanitize import encode_picture
from handlers.evidence.file_kinds import FileKind
from storage.files.file_types import detect_file_type, find_file_problem


def save_photo(width: int, height: int, kind: str = "JPEG", **options: object) -> bytes:
    """A picture with as much detail as a photo."""
    out, noise = io.BytesIO(), Image.effect_noise((width // 4, height // 4), 60)
    noise.resize((width, height)).convert("RGB").save(out, kind, **options)
    return out.getvalue()


def make_segments() -> bytes:
    """20 MB of empty metadata segments before the frame of a JPEG."""
    whole = save_photo(40, 40)
    return whole[:2] + b"\xff\xe1\x00\x02" * 5_000_000 + whole[2:]


def make_scans() -> bytes:
    """A JPEG of 48 megapixels whose last scan comes a thousand times."""
    whole = save_photo(8000, 6000, progressive=True, quality=20)
    end = whole.rindex(b"\xff\xd9")
    return whole[:end] + whole[whole.rindex(b"\xff\xda") : end][:2000] * 1000 + whole[end:]


def make_few_scans() -> bytes:
    """As many scans as are let through to the decoder."""
    whole = save_photo(8000, 6000, progressive=True, quality=20)
    end = whole.rindex(b"\xff\xd9")
    return whole[:end] + whole[whole.rindex(b"\xff\xda") : end][:2000] * 180 + whole[end:]


HONEST: Mapping[str, Callable[[], bytes]] = {
    "photo, 12 megapixels": lambda: save_photo(4000, 3000),
    "photo, 48 megapixels": lambda: save_photo(8000, 6000),
    "screenshot, PNG": lambda: save_photo(1080, 2400, "PNG"),
}
HOSTILE: Mapping[str, Callable[[], bytes]] = {
    "JPEG of five million segments": make_segments,
    "JPEG of a thousand scans": make_scans,
    "JPEG of 190 scans": make_few_scans,
}
BEFORE = (
    "import io, sys, time, resource; from PIL import Image; Image.MAX_IMAGE_PIXELS = None;"
    "content = sys.stdin.buffer.read(); started = time.process_time()\n"
    "try:\n    Image.open(io.BytesIO(content)).load()\n"
    "except Exception: pass\n"
    "print(time.process_time() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
)
"""Decode a picture as it was before 0.6: in the process of the server, without limits."""


async def decode(pool: DecoderPool, content: bytes) -> Pixels | DecodingFailure:
    """Decode a picture with a process that was started ahead."""
    await pool.start_ahead()
    async with pool.open_slot("") as slot:
        return await slot.decode(detect_file_type(content) or "", content)


def measure_honest(rounds: int) -> Table:
    """Decode and encode each picture here and in a process of its own, in turn."""
    rows = []
    for name, make in HONEST.items():
        content, here, apart, header = make(), list[float](), list[float](), list[float]()
        kind = FileKind(str(detect_file_type(content)))

        async def run(
            content: bytes, kind: FileKind, here: list[float], apart: list[float], header: list[float]
        ) -> None:
            pool = DecoderPool()
            for _ in range(rounds):
                start = time.perf_counter()
                find_file_problem(content, kind)
                find_failure_in_header(kind, content)
                header.append((time.perf_counter() - start) * 1000)
                start = time.perf_counter()
                pixels = decode_picture(DecodingRequest(kind, content))
                here.append((time.perf_counter() - start) * 1000)
                await pool.start_ahead()
                start = time.perf_counter()
                answer = await decode(pool, content)
                apart.append((time.perf_counter() - start) * 1000)
                if answer != pixels or not isinstance(answer, Pixels):
                    raise RuntimeError("decoded differently")
                encode_picture(answer)
            await pool.close()

        asyncio.run(run(content, kind, here, apart, header))
        rows.append(
            (
                name,
                f"{len(content) / 1e6:.1f}",
                format_spread(header, ",.2f"),
                format_spread(here, ",.0f"),
                format_spread(apart, ",.0f"),
                f"{min(apart) - min(here):.0f}",
            )
        )
    return Table(
        "Pictures: milliseconds until an officer's picture is decoded",
        ("", "MB", "markers", "in this process", "in a process of its own", "more, at best"),
        tuple(rows),
        f"{rounds} rounds in turn; the process was started ahead",
    )


def measure_hostile() -> Table:
    """What each attack cost the server, and what it costs now."""
    rows = []
    for name, make in HOSTILE.items():
        content = make()
        done = subprocess.run([sys.executable, "-c", BEFORE], input=content, capture_output=True, check=True)
        seconds, memory = map(float, done.stdout.split())
        children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        start = time.process_time()

        async def run(content: bytes) -> Pixels | DecodingFailure:
            pool = DecoderPool()
            try:
                return await decode(pool, content)
            finally:
                await pool.close()

        answer = asyncio.run(run(content))
        own = time.process_time() - start
        apart = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - children
        ended = answer.name if isinstance(answer, DecodingFailure) else "decoded"
        rows.append((name, f"{seconds:.1f}", f"{memory:.0f}", f"{own * 1000:.0f}", f"{apart:.1f}", ended))
    return Table(
        "Hostile pictures: what they cost",
        ("", "before: CPU s", "before: MB", "server now: CPU ms", "confined: CPU s", "outcome"),
        tuple(rows),
        "before: in the server's own process and without limits; the memory of a confined process ends at 768 MB,"
        " its CPU time at 10 s",
    )


def measure(sizes: Sizes) -> Iterable[Table]:
    """Measure honest pictures, then hostile ones."""
    prepare_process()
    yield measure_honest(sizes.rounds * 2)
    yield measure_hostile()
