"""What answers say of the time goes on with the uptime, whatever our clock is set to."""

import asyncio
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web

from bot.clock.outside_time import OUTSIDE_TIME, OutsideTime, TimeSource, read_uptime, trace_dates

NOW = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
HEADER = "Mon, 30 Nov 2026 02:00:00 GMT"
IMPOSSIBLE = [
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "Fri, 31 Dec 9999 23:59:59 -2359",
    "Mon, 01 Jan 0001 00:00:00 +2359",
    "Tue, 31 Dec 2019 23:59:59 GMT",
    "Wed, 01 Jan 2200 00:00:00 GMT",
]


def listen(header: str = HEADER, uptime: float = 100.0) -> OutsideTime:
    heard = OutsideTime()
    heard.hear(header, uptime)
    return heard


@pytest.mark.parametrize(
    ("now", "difference"),
    [
        (NOW, timedelta()),
        (NOW + timedelta(minutes=6), timedelta(minutes=-6)),
        (NOW.replace(year=2569), NOW - NOW.replace(year=2569)),
        (NOW - timedelta(days=1), timedelta(days=1)),
    ],
)
def test_the_difference_is_how_far_others_are_ahead(now: datetime, difference: timedelta) -> None:
    assert listen().get_difference(now, 100.0) == difference


def test_a_clock_that_is_set_meanwhile_is_noticed_without_a_further_call() -> None:
    heard, hour = listen(), timedelta(hours=1)
    assert heard.get_difference(NOW + hour, 100.0 + 3600) == timedelta()
    assert heard.get_difference(NOW + hour + timedelta(days=365), 100.0 + 3600) == timedelta(days=-365)


def test_a_laptop_that_was_suspended_is_right_by_its_uptime() -> None:
    # CLOCK_BOOTTIME goes on while the machine sleeps, and so does the clock.
    assert listen().get_difference(NOW + timedelta(hours=20), 100.0 + 20 * 3600) == timedelta()


def test_what_was_heard_a_day_ago_is_no_more_known() -> None:
    assert listen().get_difference(NOW, 100.0 + 86_401) is None


@pytest.mark.parametrize("header", ["", "yesterday", "Mon, 99 Nov 2026 02:00:00 GMT", *IMPOSSIBLE])
def test_what_is_no_date_is_ignored(header: str) -> None:
    assert listen(header).get_difference(NOW, 100.0) is None


@pytest.mark.parametrize("header", IMPOSSIBLE)
def test_a_date_that_cannot_be_true_leaves_what_was_heard(header: str) -> None:
    heard = listen()
    heard.hear(header, 200.0)
    assert heard.get_difference(NOW, 100.0 + 60) == timedelta(minutes=1)


@pytest.mark.parametrize(
    ("ours", "heard"),
    [
        (NOW + timedelta(minutes=4), timedelta(minutes=-4)),
        (NOW + timedelta(minutes=6), None),  # of two clocks that differ, the website's may be the wrong one
        (NOW.replace(year=2569), None),
    ],
)
def test_a_website_alone_confirms_our_clock_and_never_makes_it_doubted(
    ours: datetime, heard: timedelta | None
) -> None:
    outside = OutsideTime()
    outside.hear(HEADER, 100.0, TimeSource.WEBSITE)
    assert outside.get_difference(ours, 100.0) == heard
    outside.hear(HEADER, 100.0)
    assert outside.get_difference(ours, 100.0) == NOW - ours


def test_a_website_that_is_wrong_changes_nothing_of_what_a_platform_says() -> None:
    outside = listen()
    outside.hear("Mon, 30 Nov 2026 09:00:00 GMT", 100.0, TimeSource.WEBSITE)
    assert outside.get_difference(NOW, 100.0) == timedelta()


def test_uptime_never_goes_back() -> None:
    assert read_uptime() <= read_uptime()


def test_every_answer_to_a_traced_session_is_heard() -> None:
    async def scene() -> timedelta | None:
        async def answer(_: web.Request) -> web.Response:
            return web.Response(status=404, headers={"Date": HEADER})

        app = web.Application()
        app.router.add_get("/", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        session = aiohttp.ClientSession(trace_configs=trace_dates())
        async with session, session.get(f"http://127.0.0.1:{port}/"):
            pass
        await runner.cleanup()
        return OUTSIDE_TIME.get_difference(NOW)

    difference = asyncio.run(scene())
    assert difference is not None
    assert abs(difference) < timedelta(minutes=1)
