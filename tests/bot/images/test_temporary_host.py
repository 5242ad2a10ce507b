"""Images for a platform to fetch: at URLs that nobody can guess, for a quarter of an hour, cached by nobody."""

import asyncio
from datetime import UTC, datetime, timedelta

from starlette.applications import Starlette

from bot.images.temporary_host import IMAGE_TTL, MAX_IMAGES, TemporaryImages, create_temporary_images
from handlers.dialog.replies import NEUTRAL, OFFICER_CONTENT, ChartMonth, Message, MonthlyChart

CHART = MonthlyChart("ชื่อ", ("รับไว้", "แล้วเสร็จ"), (ChartMonth("ต.ค.", 2, 1),))


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


def make_temporary_images(clock: Clock) -> TemporaryImages:
    made = create_temporary_images("https://office.example.go.th/", "complaints", clock)
    assert made is not None
    return made


def fetch_image(one: TemporaryImages, address: str) -> tuple[int, bytes, dict[str, str]]:
    """The response to a GET of an image's URL, from the route."""
    path = address.removeprefix("https://office.example.go.th")
    heard: list[dict] = []

    async def run_in_loop() -> None:
        async def receive() -> dict:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict) -> None:
            heard.append(message)

        scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
        await Starlette(routes=[one.build_route()])(scope, receive, send)

    asyncio.run(run_in_loop())
    headers = {name.decode(): value.decode() for name, value in heard[0]["headers"]}
    return heard[0]["status"], b"".join(m.get("body", b"") for m in heard[1:]), headers


def test_a_picture_hangs_for_a_quarter_of_an_hour() -> None:
    clock = Clock()
    one = make_temporary_images(clock)
    hung = asyncio.run(
        one.publish_images(
            (Message("ก", NEUTRAL), Message("ข", NEUTRAL, chart=CHART), Message("ค", NEUTRAL, chart=CHART))
        )
    )
    (address,) = hung.values()
    assert hung.keys() == {CHART}
    assert address.startswith("https://office.example.go.th/line/complaints/picture/")
    assert len(address.rpartition("/")[2]) >= 43
    status, content, headers = fetch_image(one, address)
    assert (status, content[:4]) == (200, b"\x89PNG")
    assert (headers["content-type"], headers["cache-control"]) == ("image/png", "no-store")
    clock.at += IMAGE_TTL - timedelta(seconds=1)
    assert fetch_image(one, address)[0] == 200
    clock.at += timedelta(seconds=1)
    assert fetch_image(one, address)[:2] == (404, b"Not Found")
    assert one._images == {}


def test_a_code_to_be_passed_on_hangs_and_a_secret_never() -> None:
    one = make_temporary_images(Clock())
    link, secret = "https://office.example.go.th/opinion?c=ABC123", "otpauth://totp/x?secret=ABC"
    hung = asyncio.run(
        one.publish_images((Message("ก", NEUTRAL, qr=link), Message("ข", OFFICER_CONTENT, qr=secret)))
    )
    assert hung.keys() == {link}
    assert fetch_image(one, hung[link])[1][:4] == b"\x89PNG"
    assert len(one._images) == 1


def test_nothing_hangs_at_another_path() -> None:
    one = make_temporary_images(Clock())
    address = one.add(b"png")
    for other in (address[:-1], address + "A", address.rpartition("/")[0] + "/"):
        assert fetch_image(one, other)[0] == 404


def test_the_oldest_makes_room() -> None:
    one = make_temporary_images(Clock())
    addresses = [one.add(bytes([n])) for n in range(MAX_IMAGES + 3)]
    assert len(set(addresses)) == MAX_IMAGES + 3
    assert [fetch_image(one, a)[0] for a in addresses[:4]] == [404, 404, 404, 200]
    assert fetch_image(one, addresses[-1])[1] == bytes([MAX_IMAGES + 2])


def test_where_the_server_has_no_address_by_tls_nothing_hangs() -> None:
    assert create_temporary_images(None, "complaints", Clock()) is None
    assert create_temporary_images("http://127.0.0.1:8080", "complaints", Clock()) is None


def test_nothing_of_it_is_shown_where_it_is_printed() -> None:
    one = make_temporary_images(Clock())
    address = one.add(b"figures")
    assert address.rpartition("/")[2] not in repr(one)
    assert "figures" not in repr(one._images)
