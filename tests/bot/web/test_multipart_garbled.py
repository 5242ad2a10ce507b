"""Malformed forms: any bytes give either a form or an `UploadError`, and nothing else."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.limits.upload_limits import UploadError, UploadTooLargeError
from bot.web.multipart import FormData
from tests.bot.web.test_multipart import (
    BODY,
    EDGE,
    MULTIPART,
    THAI,
    URLENCODED,
    RecordingSink,
    cut_body,
    make_multipart_body,
    make_part,
    read_form,
)
from tests.properties import examples


def parse_or_none(body: bytes, kind: str) -> FormData | None:
    """The form, or None if it was refused as unreadable."""
    try:
        return read_form(body, kind)
    except UploadError:
        return None


@examples(150)
@given(st.binary(max_size=300))
def test_noise_is_unread(noise: bytes) -> None:
    assert parse_or_none(noise, MULTIPART) in (None, FormData())


@examples(200)
@given(st.integers(0, len(BODY) - 1), st.binary(max_size=6), st.integers(0, 12))
def test_a_form_with_a_scratch_is_read_or_unread(at: int, put: bytes, gone: int) -> None:
    filled = parse_or_none(BODY[:at] + put + BODY[at + gone :], MULTIPART)
    assert filled is None or all(isinstance(words.encode(), bytes) for words in filled.fields.values())


@examples(150)
@given(st.text(st.characters(max_codepoint=255), max_size=60))
def test_any_content_type_is_read_or_unread(kind: str) -> None:
    parse_or_none(BODY, kind)
    parse_or_none(BODY, f"multipart/form-data; boundary={kind}")
    parse_or_none(b"text=x", f"{URLENCODED}; {kind}")


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "",
        "text/plain",
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=another",
        "multipart/mixed; boundary=----grenze",
    ],
)
def test_what_does_not_say_truly_what_it_is_is_unread(kind: str | None) -> None:
    with pytest.raises(UploadError) as trouble:
        read_form(BODY, kind)
    assert (trouble.value.page_key, trouble.value.status) == ("garbled", 400)


@pytest.mark.parametrize(
    "kind", [MULTIPART.upper().replace("GRENZE", "grenze"), f'multipart/form-data;boundary="{EDGE}"']
)
def test_the_same_content_type_may_be_written_otherwise(kind: str) -> None:
    assert read_form(BODY, kind).get_text("text") == THAI


def test_bytes_that_are_no_text_become_marks_and_what_surrounds_them_stays() -> None:
    raw = b"\xff\xfe" + THAI.encode() + b"\xed\xa0\x80\xe0\xb8"
    words = read_form(make_multipart_body(make_part("csrf", "t"), make_part("text", raw))).get_text("text")
    assert THAI in words
    assert "\ufffd" in words
    assert words.encode("utf-8")  # nothing in it that cannot be encoded
    plain = read_form(b"text=%FF" + urlencode({"": THAI})[1:].encode() + b"%ED%A0%80\xff", URLENCODED)
    assert THAI in plain.get_text("text")
    assert plain.get_text("text").encode("utf-8")


@pytest.mark.parametrize(
    "name", [b"\xff\xfe.jpg", b"\xe0\xb8", b"a\x00b.jpg", b"../../etc/passwd", b'a\\"b.jpg']
)
def test_file_names_of_any_bytes(name: bytes) -> None:
    shelf = RecordingSink()
    body = make_multipart_body(
        make_part("csrf", "t"),
        make_part("file", b"x", "NAME").replace(b"NAME", name),
        make_part("text", THAI),
    )
    try:
        filled = read_form(body, shelf=shelf)
    except UploadError:
        return
    assert filled.get_text("text") == THAI
    assert len(shelf.taken) == 1
    assert shelf.taken[0][0].encode()


def test_a_nul_is_a_character_like_others() -> None:
    assert (
        read_form(make_multipart_body(make_part("csrf", "t"), make_part("text", "ก\0ข"))).get_text("text")
        == "ก\0ข"
    )
    assert read_form(b"text=a%00b", URLENCODED).get_text("text") == "a\0b"


def test_a_field_sent_twice_counts_as_it_was_sent_first() -> None:
    body = make_multipart_body(
        make_part("csrf", "1"), make_part("text", "ก"), make_part("csrf", "2"), make_part("text", "ข")
    )
    assert read_form(body).fields == {"csrf": "1", "text": "ก"}
    assert read_form(b"csrf=1&text=a&csrf=2&text=b", URLENCODED).fields == {"csrf": "1", "text": "a"}


@given(st.dictionaries(st.text(max_size=8), st.text(st.characters(exclude_categories=["Cs"])), max_size=8))
def test_what_was_encoded_is_read_as_it_was(fields: dict[str, str]) -> None:
    assert read_form(urlencode(fields).encode(), URLENCODED).fields == fields


@examples(80)
@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=5))
def test_noise_as_an_encoded_form_is_read_or_unread(noise: bytes, places: list[int]) -> None:
    try:
        filled = read_form(cut_body(noise, places), URLENCODED)
    except UploadError:
        return
    assert all(words.encode() is not None for words in filled.fields.values())


@pytest.mark.parametrize("kind", [MULTIPART, URLENCODED])
def test_a_thousand_fields_are_not_read(kind: str) -> None:
    body = (
        make_multipart_body(*[make_part(f"{n}", "x") for n in range(1000)])
        if kind == MULTIPART
        else b"a=1&" * 1000
    )
    with pytest.raises(UploadError):
        read_form(body, kind)


def test_an_encoded_form_has_its_measure() -> None:
    with pytest.raises(UploadTooLargeError):
        read_form([b"text=", *[b"x" * 65536] * 17], URLENCODED)
    assert len(read_form([b"text=", *[b"x" * 65536] * 15], URLENCODED).get_text("text")) == 15 * 65536


@pytest.mark.parametrize("head", ["X-Long: " + "x" * 100_000, "\r\n".join(f"X-{n}: 1" for n in range(100))])
def test_a_part_with_a_big_head_is_unread(head: str) -> None:
    with pytest.raises(UploadError):
        read_form(
            make_multipart_body(
                make_part("csrf", "t").replace(b"Content-", head.encode() + b"\r\nContent-", 1)
            )
        )


def test_line_ends_are_the_same_from_every_browser() -> None:
    assert (
        read_form(make_multipart_body(make_part("csrf", "t"), make_part("text", "ก\r\nข\nค"))).get_text(
            "text"
        )
        == "ก\nข\nค"
    )
    assert FormData().get_text("text") == ""
