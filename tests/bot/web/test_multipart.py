"""Forms as browsers and others send them: whole or in tiny chunks, honest or not, and never held in memory."""

import asyncio
import re
import tracemalloc
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect, Request

from bot.web.limits import upload_limits
from bot.web.limits.upload_limits import (
    MAX_BODY_BYTES,
    SlowUploadError,
    UploadError,
    UploadLimiter,
    UploadTooLargeError,
)
from bot.web.multipart import FormData, HasTicket, parse_form
from handlers.dialog.events import File, FileProblem
from tests.properties import examples

EDGE = "----grenze"
MULTIPART = f"multipart/form-data; boundary={EDGE}"
URLENCODED = "application/x-www-form-urlencoded"
THAI = "เจ้าหน้าที่พัสดุเรียกรับเงิน"


def make_part(name: str, content: bytes | str, filename: str | None = None) -> bytes:
    said = f'Content-Disposition: form-data; name="{name}"'
    said += "" if filename is None else f'; filename="{filename}"\r\nContent-Type: application/octet-stream'
    raw = content.encode() if isinstance(content, str) else content
    return f"--{EDGE}\r\n{said}\r\n\r\n".encode() + raw + b"\r\n"


def make_multipart_body(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{EDGE}--\r\n".encode()


def cut_body(body: bytes, places: Iterable[int]) -> list[bytes]:
    """A body cut into chunks at given places."""
    edges = [0, *sorted({place % (len(body) + 1) for place in places}), len(body)]
    return [body[a:b] for a, b in pairwise(edges)]


@dataclass
class RecordingSink:
    """A file sink that records only the name, size and digest of each file."""

    taken: list[tuple[str, int, str]] = field(default_factory=list)
    most: int = 10**9

    async def take(self, chunks: AsyncIterator[bytes], name: str) -> File:
        size, digest = 0, sha256()
        async for chunk in chunks:
            size += len(chunk)
            digest.update(chunk)
            if size > self.most:
                break
        self.taken.append((name, size, digest.hexdigest()))
        return File(f"{len(self.taken):032x}", name, "image/jpeg", size)

    def has_exactly(self, *files: tuple[str, bytes]) -> bool:
        """Whether exactly these files were taken, to the byte."""
        return self.taken == [(name, len(raw), sha256(raw).hexdigest()) for name, raw in files]


async def next_receive_event(chunks: Iterator[bytes], pause: float, ending: Mapping[str, Any]) -> Any:
    """The ASGI events of a body: its chunks, and how it ended."""
    await asyncio.sleep(pause)
    chunk = next(chunks, None)
    return ending if chunk is None else {"type": "http.request", "body": chunk, "more_body": True}


END: Mapping[str, Any] = {"type": "http.request", "body": b"", "more_body": False}
GONE: Mapping[str, Any] = {"type": "http.disconnect"}


def read_form(
    chunks: Iterable[bytes] | bytes,
    kind: str | None = MULTIPART,
    shelf: RecordingSink | None = None,
    *,
    pause: float = 0,
    ending: Mapping[str, Any] = END,
    admits: HasTicket = lambda fields: "csrf" in fields,
    length: str | None = None,
) -> FormData:
    """Read a form that is sent in these chunks."""
    rest = iter([chunks] if isinstance(chunks, bytes) else chunks)
    headers = [] if kind is None else [(b"content-type", kind.encode("latin-1"))]
    headers += [] if length is None else [(b"content-length", length.encode())]

    async def work() -> FormData:
        request = Request(
            {"type": "http", "method": "POST", "headers": headers},
            lambda: next_receive_event(rest, pause, ending),
        )
        return await parse_form(request, UploadLimiter(), admits, (shelf or RecordingSink()).take)

    return asyncio.run(work())


CONTENT = b"\r\n--" + EDGE[:-1].encode() + b"x\r\n-\r\r\n" + bytes(range(256)) * 3
"""File content full of things that look like a boundary but are not."""

BODY = make_multipart_body(
    make_part("csrf", "t.1"),
    make_part("text", THAI),
    make_part("file", CONTENT, "ภาพ.jpg"),
    make_part("choice", "3.next"),
)


@examples(150)
@given(st.lists(st.integers(0, len(BODY)), max_size=60))
def test_wherever_a_body_is_cut_it_says_the_same(places: list[int]) -> None:
    shelf = RecordingSink()
    filled = read_form(cut_body(BODY, places), shelf=shelf)
    assert filled.fields == {"csrf": "t.1", "text": THAI, "choice": "3.next"}
    assert shelf.has_exactly(("ภาพ.jpg", CONTENT))


def test_a_body_byte_by_byte() -> None:
    shelf, body = (
        RecordingSink(),
        make_multipart_body(
            make_part("csrf", "t"), make_part("text", THAI), make_part("file", b"\r\n" * 50, "a.txt")
        ),
    )
    assert read_form([bytes([one]) for one in body], shelf=shelf).fields == {"csrf": "t", "text": THAI}
    assert shelf.has_exactly(("a.txt", b"\r\n" * 50))


def test_chunks_without_a_byte_change_nothing() -> None:
    body = make_multipart_body(make_part("csrf", "t"), make_part("text", "ก"))
    assert read_form([b"", body[:20], b"", b"", body[20:], b""]).get_text("text") == "ก"


@examples(60)
@given(st.binary(max_size=2000), st.lists(st.integers(0, 3000), max_size=10))
def test_any_content_of_a_file_arrives_as_it_was(content: bytes, places: list[int]) -> None:
    if f"\r\n--{EDGE}".encode() in content:
        return
    shelf = RecordingSink()
    read_form(
        cut_body(make_multipart_body(make_part("csrf", "t"), make_part("file", content, "x.bin")), places),
        shelf=shelf,
    )
    assert shelf.has_exactly(("x.bin", content))


def test_a_file_before_the_form_token_is_skipped() -> None:
    shelf = RecordingSink()
    first = make_part("file", b"1" * 70_000, "a.jpg")
    filled = read_form(
        make_multipart_body(
            first, make_part("csrf", "t"), make_part("file", b"2", "b.jpg"), make_part("text", "ก")
        ),
        shelf=shelf,
    )
    assert shelf.has_exactly(("b.jpg", b"2"))
    assert [file.name for file in filled.files] == ["b.jpg"]
    assert filled.get_text("text") == "ก"


FIELDS = {"word-0": "ตู้แดง", "period": "2570", "number": "1"}


@pytest.mark.parametrize(("is_admitted", "read"), [(True, FIELDS), (False, {})])
def test_fields_of_any_name_are_read_after_the_form_token(is_admitted: bool, read: dict[str, str]) -> None:
    early = make_part("early", "ก")
    parts = [make_part(name, value) for name, value in FIELDS.items()]
    body = make_multipart_body(early, make_part("csrf", "t"), *parts)
    assert read_form(body, admits=lambda _: is_admitted).fields == {"csrf": "t", **read}


def test_many_large_fields_are_too_large_together() -> None:
    parts = [make_part(f"field-{place}", b"x" * 900_000) for place in range(3)]
    with pytest.raises(UploadTooLargeError):
        read_form(make_multipart_body(make_part("csrf", "t"), *parts))


def test_without_a_form_token_no_file_is_accepted_but_the_text_is_read() -> None:
    shelf = RecordingSink()
    body = make_multipart_body(
        make_part("csrf", "t"), make_part("file", b"1" * 9, "a.jpg"), make_part("text", THAI)
    )
    assert read_form(body, shelf=shelf, admits=lambda _: False).get_text("text") == THAI
    assert shelf.taken == []


def test_no_more_than_five_files_and_the_others_are_named() -> None:
    shelf = RecordingSink()
    files = [make_part("file", f"{n}" * 1000, f"C:\\Users\\x/{n}.jpg") for n in range(9)]
    filled = read_form(
        make_multipart_body(make_part("csrf", "t"), *files, make_part("text", THAI)), shelf=shelf
    )
    assert len(shelf.taken) == 5
    assert [file.problem for file in filled.files[:5]] == [None] * 5
    assert {file.problem for file in filled.files[5:]} == {FileProblem.TOO_MANY_AT_ONCE}
    told = " ".join(file.name for file in filled.files[5:])
    assert re.findall(r"\d\.jpg", told) == ["5.jpg", "6.jpg", "7.jpg", "8.jpg"]
    assert "Users" not in told
    assert filled.get_text("text") == THAI


@pytest.mark.parametrize("count", [40, 150, 400])
def test_many_photos_at_once_are_told_apart_from_a_garbled_form(count: int) -> None:
    files = [make_part("file", "x", f"{'ยาว' * 60}{n}.jpg") for n in range(count)]
    with suppress(UploadTooLargeError):  # the page that says: five at a time
        filled = read_form(make_multipart_body(make_part("csrf", "t"), make_part("text", THAI), *files))
        assert filled.get_text("text") == THAI
        assert sum(len(file.name) for file in filled.files) < 3000


def test_a_file_chosen_by_nobody_is_no_file() -> None:
    filled = read_form(make_multipart_body(make_part("csrf", "t"), make_part("file", b"", "")))
    assert (filled.files, filled.get_text("file")) == ([], "")


def test_what_the_sink_does_not_read_is_skipped() -> None:
    shelf = RecordingSink(most=100)
    body = make_multipart_body(
        make_part("csrf", "t"), make_part("file", b"x" * 500_000, "a.jpg"), make_part("text", THAI)
    )
    assert read_form(cut_body(body, range(0, len(body), 1000)), shelf=shelf).get_text("text") == THAI
    assert shelf.taken[0][1] < 2000


def test_two_hundred_megabytes_pass_through_little_memory() -> None:
    shelf, size = RecordingSink(), 200 * 1024 * 1024
    piece = bytes(256 * 1024)

    def chunks() -> Iterator[bytes]:
        yield make_part("csrf", "t") + make_part("file", b"", "film.mp4").removesuffix(b"\r\n")
        for _ in range(size // len(piece)):
            yield piece
        yield b"\r\n" + make_multipart_body(make_part("text", THAI))

    tracemalloc.start()
    try:
        filled = read_form(chunks(), shelf=shelf)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert shelf.taken[0][1] == size
    assert filled.get_text("text") == THAI
    assert peak < 10 * 1024 * 1024


def test_a_field_of_two_hundred_megabytes_is_refused_in_little_memory() -> None:
    piece = b"x" * (256 * 1024)
    given_out = 0

    def chunks() -> Iterator[bytes]:
        nonlocal given_out
        yield make_part("csrf", "t") + make_part("text", b"").removesuffix(b"\r\n")
        for _ in range(800):
            given_out += len(piece)
            yield piece
        yield b"\r\n" + make_multipart_body()

    tracemalloc.start()
    try:
        with pytest.raises(UploadTooLargeError):
            read_form(chunks())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10 * 1024 * 1024
    assert given_out == 800 * len(piece)  # read to its end, so that the browser reads the response


@pytest.mark.parametrize("kind", [MULTIPART, URLENCODED])
def test_a_body_above_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(upload_limits, "MAX_BODY_BYTES", 1000)
    with pytest.raises(UploadTooLargeError):
        read_form([b"x" * 400] * 3, kind)


def test_a_content_length_above_the_limit_is_refused_unread() -> None:
    def chunks() -> Iterator[bytes]:
        raise AssertionError("read")
        yield b""

    with pytest.raises(UploadTooLargeError):
        read_form(chunks(), length=str(MAX_BODY_BYTES + 1))


@pytest.mark.parametrize("length", ["0", "1", "5000", "268435456"])
def test_a_false_content_length_is_ignored(length: str) -> None:
    assert (
        read_form(
            make_multipart_body(make_part("csrf", "t"), make_part("text", THAI)), length=length
        ).get_text("text")
        == THAI
    )


def test_an_idle_upload_is_aborted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_limits, "UPLOAD_IDLE_TIMEOUT", 0.02)
    with pytest.raises(SlowUploadError):
        read_form([b"--"], pause=5)


def test_a_trickling_upload_is_aborted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_limits, "UPLOAD_GRACE_SECONDS", 0.05)
    monkeypatch.setattr(upload_limits, "UPLOAD_IDLE_TIMEOUT", 1)
    body = make_multipart_body(make_part("csrf", "t"), make_part("text", THAI * 100))
    with pytest.raises(SlowUploadError):
        read_form([bytes([one]) for one in body], pause=0.01)
    assert read_form(cut_body(body, range(0, len(body), 500)), pause=0.01).get_text("text") == THAI * 100


@pytest.mark.parametrize("sent", [0, 30, 150, 400])
def test_a_disconnect_discards_the_form(sent: int) -> None:
    with pytest.raises(ClientDisconnect):
        read_form([BODY[:sent]] if sent else [], ending=GONE)


@pytest.mark.parametrize("sent", range(0, len(BODY) - 4, 23))
def test_a_truncated_body_is_refused(sent: int) -> None:
    with pytest.raises(UploadError):
        read_form(BODY[:sent])
