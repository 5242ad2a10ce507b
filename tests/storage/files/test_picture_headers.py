"""The size that a picture claims: the same as the decoder's for honest files, and cheap for hostile ones."""

import io
import struct
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from storage.files.picture_headers import (
    MAX_HEIC_SIZES,
    MAX_JPEG_SCANS,
    MAX_JPEG_SEGMENTS,
    PICTURE_KINDS,
    has_too_many_scans,
    read_picture_size,
)
from tests.properties import examples

SAVED: dict[str, tuple[str, dict[str, object]]] = {
    "jpeg": ("image/jpeg", {}),
    "progressive": ("image/jpeg", {"progressive": True, "comment": b"a" * 60_000}),
    "png": ("image/png", {}),
    "gif": ("image/gif", {}),
    "webp": ("image/webp", {}),
    "webp without loss": ("image/webp", {"lossless": True}),
    "bmp": ("image/bmp", {}),
    "tiff": ("image/tiff", {}),
    "webp with metadata": ("image/webp", {"exif": b"Exif\0\0" + bytes(40)}),
}


def save_picture(name: str, size: tuple[int, int]) -> bytes:
    out, (kind, options) = io.BytesIO(), SAVED[name]
    Image.new("RGB", size, (9, 99, 199)).save(out, kind.partition("/")[2], **options)
    return out.getvalue()


def make_heic(*sizes: tuple[int, int]) -> bytes:
    """The beginning of a HEIC file that names such sizes."""
    boxes = b"".join(struct.pack(">I4sIII", 20, b"ispe", 0, *size) for size in sizes)
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + struct.pack(">I4s", 8 + len(boxes), b"ipco") + boxes


def make_segments(count: int) -> bytes:
    """A JPEG with as many empty metadata segments before its frame header."""
    whole = save_picture("jpeg", (30, 20))
    return whole[:2] + b"\xff\xe1\x00\x02" * count + whole[2:]


@examples(50)
@given(st.sampled_from(sorted(SAVED)), st.integers(1, 700), st.integers(1, 700))
def test_a_size_is_what_the_decoder_finds(name: str, width: int, height: int) -> None:
    assert read_picture_size(save_picture(name, (width, height)), SAVED[name][0]) == (width, height)


@pytest.mark.parametrize("name", sorted(SAVED))
def test_what_is_cut_has_a_size_once_its_header_is_there(name: str) -> None:
    whole, kind = save_picture(name, (90, 60)), SAVED[name][0]
    found = [read_picture_size(whole[:end], kind) for end in range(len(whole))]
    first = found.index((90, 60))
    assert set(found[:first]) <= {None}
    assert set(found[first:]) == {(90, 60)}


@pytest.mark.parametrize("kind", sorted(PICTURE_KINDS))
@given(content=st.binary(max_size=100))
def test_no_content_breaks_a_reader(kind: str, content: bytes) -> None:
    whole = (
        make_heic()
        if kind in {"image/heic", "image/avif"}
        else save_picture(kind.partition("/")[2], (30, 20))
    )
    for damaged in (content, whole[:12] + content, whole[: 2 * len(content)] + content + whole[20:]):
        size = read_picture_size(damaged, kind)
        assert size is None or all(size)


def test_a_heic_is_as_large_as_the_largest_size_that_it_names() -> None:
    assert read_picture_size(make_heic((512, 512), (4032, 3024), (320, 240)), "image/heic") == (4032, 3024)
    assert read_picture_size(make_heic(), "image/heic") is None
    assert read_picture_size(make_heic(*[(1, 1)] * MAX_HEIC_SIZES, (9, 9)), "image/heic") == (1, 1)


def test_a_bitmap_whose_rows_come_from_the_top_and_one_of_os2_have_sizes() -> None:
    whole = save_picture("bmp", (30, 20))
    assert read_picture_size(whole[:22] + struct.pack("<i", -20) + whole[26:], "image/bmp") == (30, 20)
    old = whole[:14] + struct.pack("<IHHHH", 12, 30, 20, 1, 24) + whole[26:]
    assert read_picture_size(old, "image/bmp") == (30, 20)


def test_a_tiff_of_either_byte_order_has_a_size() -> None:
    tags = struct.pack(">HHHIHHHHIHH", 2, 256, 3, 1, 30, 0, 257, 3, 1, 20, 0)
    assert read_picture_size(b"MM\0*\0\0\0\x08" + tags, "image/tiff") == (30, 20)
    assert read_picture_size(b"MM\0*\xff\xff\xff\xff" + tags, "image/tiff") is None


def test_a_picture_without_a_side_has_no_size() -> None:
    whole = save_picture("gif", (30, 20))
    assert read_picture_size(whole[:6] + b"\0\0" + whole[8:], "image/gif") is None


def test_a_png_whose_header_is_damaged_has_no_size() -> None:
    whole = save_picture("png", (30, 20))
    assert read_picture_size(whole[:18] + b"\xff" + whole[19:], "image/png") is None


def test_fill_bytes_and_restart_markers_stand_between_segments() -> None:
    whole = save_picture("jpeg", (30, 20))
    for between in (b"\xff\xff\xff", b"\xff\xd0", b"\xff\x01"):
        assert read_picture_size(whole[:2] + between + whole[2:], "image/jpeg") == (30, 20)


def test_a_jpeg_of_more_segments_than_anybody_writes_has_no_size() -> None:
    assert read_picture_size(make_segments(MAX_JPEG_SEGMENTS // 2), "image/jpeg") == (30, 20)
    assert read_picture_size(make_segments(MAX_JPEG_SEGMENTS), "image/jpeg") is None


def test_five_million_segments_cost_no_memory() -> None:
    attack = make_segments(5_000_000)  # a decoder took 9 seconds and 740 MB to say what is wrong with it
    tracemalloc.start()
    try:
        assert read_picture_size(attack, "image/jpeg") is None
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


def make_scans(count: int) -> bytes:
    """A JPEG whose one scan stands in it as often as that."""
    whole = save_picture("progressive", (64, 64))
    end = whole.rindex(b"\xff\xd9")
    scan = whole[whole.rindex(b"\xff\xda") : end]
    return whole[:end] + scan * (count - whole.count(b"\xff\xda")) + whole[end:]


def test_scans_are_counted_in_the_first_picture_alone() -> None:
    assert not has_too_many_scans(make_scans(MAX_JPEG_SCANS), "image/jpeg")
    assert has_too_many_scans(make_scans(MAX_JPEG_SCANS + 1), "image/jpeg")
    film = save_picture("jpeg", (64, 64)) + b"\xff\xda" * 1000
    assert not has_too_many_scans(film, "image/jpeg")
    assert not has_too_many_scans(make_scans(1000), "image/png")


def test_an_end_that_is_hidden_in_a_segment_does_not_end_the_count() -> None:
    many = make_scans(MAX_JPEG_SCANS + 1)
    hidden = b"\xff\xda\x00\x02\xff\xd9"
    segment = b"\xff\xe1" + (len(hidden) + 2).to_bytes(2, "big") + hidden
    frame = many.index(b"\xff\xc2")
    for at in (2, frame, many.index(b"\xff\xda")):
        assert has_too_many_scans(many[:at] + segment + many[at:], "image/jpeg")
