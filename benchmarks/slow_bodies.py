"""Forms that never end, against the forms of a person: what an attacker pays, and what the person sees; on loopback."""

import asyncio
import re
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from benchmarks.desks.server_process import run_server
from benchmarks.tables import HOME, Sizes, Table

SETTLING_SECONDS = 6.0
"""Seconds that the attack lasts before the person comes, so that every slot is taken."""

ATTACK_SECONDS = 18.0
FORM_INTERVAL = 0.5
ATTACKS = {
    "nobody": (0, None),
    "one network, 120 bodies a second": (120, "198.51.100.7"),
    "no address (onion service), 120 a second": (120, None),
    "no address (onion service), 400 a second": (400, None),
}
"""Bodies begun in a second, and the network that a proxy names for them; without one they come from loopback."""

UNENDING = (
    "POST /report HTTP/1.1\r\nHost: x\r\n{forwarded}Content-Length: 99999\r\n"
    "Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
)
PERSON = "203.0.113.9"


@dataclass
class Tally:
    """Of one attack: bytes that it sent, the statuses that the person saw, and the seconds of each form."""

    sent: int = 0
    statuses: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


async def hold_body(port: int, network: str | None, tally: Tally) -> None:
    """Begin a form and send no more of it, until the server hangs up."""
    forwarded = f"X-Forwarded-For: {network}\r\n" if network else ""
    message = UNENDING.format(forwarded=forwarded).encode()
    with suppress(OSError):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(message)
            tally.sent += len(message)
            await reader.read()
        finally:
            writer.close()


async def attack(port: int, rate: int, network: str | None, tally: Tally) -> None:
    """Begin so many bodies a second, evenly, until cancelled."""
    async with asyncio.TaskGroup() as holding:
        while True:
            holding.create_task(hold_body(port, network, tally))
            await asyncio.sleep(1 / rate)


async def exchange(port: int, request: bytes) -> tuple[int, str]:
    """Status and text of the response to a request on a connection of its own; (0, "") where there was none."""
    try:
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            answer = (await reader.read()).decode("utf-8", "replace")
            writer.close()
    except (OSError, TimeoutError):
        return 0, ""
    return (int(answer[9:12]) if answer.startswith("HTTP/1.1 ") else 0), answer


async def send_form(port: int) -> int:
    """Open the page and send its form as a person does; returns the status of the form."""
    common = f"Host: x\r\nX-Forwarded-For: {PERSON}\r\nConnection: close\r\n"
    _, page = await exchange(port, f"GET /report HTTP/1.1\r\n{common}\r\n".encode())
    cookies = re.findall(r"(?im)^set-cookie: ([^;]+)", page)
    ticket = re.search(r'name="csrf" value="([^"]+)"', page)
    if not cookies or ticket is None:
        return 0
    body = f'--y\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{ticket[1]}\r\n--y\r\n'
    body += 'Content-Disposition: form-data; name="text"\r\n\r\nสวัสดี\r\n--y--\r\n'
    head = (
        f"POST /report HTTP/1.1\r\n{common}Cookie: {cookies[0]}\r\nContent-Length: {len(body.encode())}\r\n"
    )
    head += "Content-Type: multipart/form-data; boundary=y\r\n\r\n"
    return (await exchange(port, (head + body).encode()))[0]


async def measure_attack(rate: int, network: str | None, home: Path) -> Tally:
    """Attack a new server, and send forms meanwhile."""
    tally = Tally()
    async with run_server({"HOME": str(home)}) as server:
        port = int(server.url.rpartition(":")[2])
        attacking = asyncio.create_task(attack(port, rate, network, tally)) if rate else None
        await asyncio.sleep(SETTLING_SECONDS if rate else 0)
        until = time.perf_counter() + ATTACK_SECONDS - SETTLING_SECONDS
        while time.perf_counter() < until:
            started = time.perf_counter()
            tally.statuses.append(await send_form(port))
            tally.seconds.append(time.perf_counter() - started)
            await asyncio.sleep(FORM_INTERVAL)
        if attacking is not None:
            attacking.cancel()
            await asyncio.wait([attacking])
    return tally


def measure(sizes: Sizes) -> Iterable[Table]:  # noqa: ARG001 - an attack has no size
    """Measure each attack once."""
    rows = []
    for name, (rate, network) in ATTACKS.items():
        with tempfile.TemporaryDirectory(prefix="benchmark-", dir=HOME) as folder:
            tally = uvloop.run(measure_attack(rate, network, Path(folder) / "var"))
        kept = tally.statuses.count(303)
        rows.append(
            [
                name,
                f"{tally.sent / ATTACK_SECONDS / 1000:.1f}",
                f"{kept} of {len(tally.statuses)}",
                f"{max(tally.seconds):.2f}",
            ]
        )
    yield Table(
        "Forms that never end: what a person's forms meet meanwhile",
        ("attack", "KB/s that it sends (without TCP)", "forms taken", "seconds of the slowest"),
        rows,
        f"{ATTACK_SECONDS:.0f} s of attack each; the person opens a page and sends its form, over and over",
    )
