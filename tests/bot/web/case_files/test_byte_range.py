"""The part of a file that a player asks for."""

import pytest

from bot.web.case_files.byte_range import ByteRange, parse_range


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (None, ByteRange(0, 100, is_part=False)),
        ("bytes=0-", ByteRange(0, 100)),
        ("bytes=0-1", ByteRange(0, 2)),
        ("bytes=90-200", ByteRange(90, 100)),
        ("bytes=-10", ByteRange(90, 100)),
        ("bytes=-500", ByteRange(0, 100)),
        ("bytes=100-", None),
        ("bytes=-0", None),
        ("bytes=9-3", None),
        ("bytes=-", ByteRange(0, 100, is_part=False)),
        ("bytes=0-1,5-6", ByteRange(0, 100, is_part=False)),
        ("lines=0-1", ByteRange(0, 100, is_part=False)),
        ("bytes=" + "9" * 5000 + "-", ByteRange(0, 100, is_part=False)),
    ],
    ids=range(13),
)
def test_a_part_is_what_the_header_asks_for(header: str | None, found: ByteRange | None) -> None:
    assert parse_range(header, 100) == found
    assert found is None or found.length == found.stop - found.start
