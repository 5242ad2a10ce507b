"""What a decoding process and its owner tell each other, of which nothing is taken on trust."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.decoding.messages import (
    MAX_SIDE_PIXELS,
    Confinement,
    DecodingFailure,
    DecodingRequest,
    Pixels,
    Readiness,
    ReadText,
    read_answer,
    read_ready,
    read_request,
    write_answer,
    write_ready,
    write_request,
)


def test_what_is_written_is_read() -> None:
    stream = io.BytesIO()
    asked = DecodingRequest("image/jpeg", b"content", 7)
    pixels = [Pixels("RGB", 2, 1, b"abcdef"), Pixels("RGBA", 1, 1, b"abcd", 9)]
    answers = [*pixels, ReadText("เงิน", is_cut=True), ReadText("a"), *DecodingFailure]
    write_ready(stream, Readiness(Confinement.SYSCALLS, has_library=False))
    write_request(stream, asked)
    for answer in answers:
        write_answer(stream, answer)
    stream.seek(0)
    assert read_ready(stream) == Readiness(Confinement.SYSCALLS, has_library=False)
    assert read_request(stream) == asked
    assert [read_answer(stream) for _ in answers] == answers


@given(st.binary(max_size=40))
def test_no_answer_whatever_is_more_than_a_picture(told: bytes) -> None:
    answer = read_answer(io.BytesIO(told))
    assert isinstance(answer, DecodingFailure) or len(answer.data) == answer.width * answer.height * len(
        answer.mode
    )
    assert read_ready(io.BytesIO(told)) is None


@pytest.mark.parametrize(
    "head",
    [
        (0, 3, MAX_SIDE_PIXELS + 1, 1, 1),
        (0, 3, 1, 2**32 - 1, 1),
        (0, 3, 0, 1, 1),
        (0, 1, 1, 1, 1),
        (9, 0, 0, 0, 1),
        (0, 3, 5, 5, 1),
        (0, 3, 1, 1, 0),
        (0, 3, 1, 1, 1000),
    ],
    ids=["wide", "high", "empty", "grey", "unknown", "short", "no page", "too many pages"],
)
def test_an_answer_that_is_no_picture_is_none(head: tuple[int, int, int, int, int]) -> None:
    assert read_answer(io.BytesIO(struct.pack(">BBIIH", *head) + bytes(30))) is DecodingFailure.STOPPED


def test_a_request_that_is_cut_is_none() -> None:
    stream = io.BytesIO()
    write_request(stream, DecodingRequest("image/jpeg", b"content"))
    for end in range(len(stream.getvalue())):
        assert read_request(io.BytesIO(stream.getvalue()[:end])) is None
