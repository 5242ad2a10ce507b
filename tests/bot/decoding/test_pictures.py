"""Pictures of phones and of attackers, each decoded by a confined process as on the server."""

import asyncio
import io
import struct
import tracemalloc
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import pikepdf
import pytest
from PIL import Image

from bot.decoding.heic import decode_heic
from bot.decoding.messages import (
    MAX_DECODED_PIXELS,
    MAX_SIDE_PIXELS,
    DecodingFailure,
    DecodingRequest,
    Pixels,
)
from bot.decoding.pdf import decode_pdf
from bot.decoding.pool import DecoderPool
from tests.samples import make_png

RED, BLUE = (200, 30, 30), (30, 30, 200)
PLACE = b"CANARYPLACE"


def decode(content: bytes, kind: str, *command: str, page: int = 0) -> Pixels | DecodingFailure:
    async def run() -> Pixels | DecodingFailure:
        pool = DecoderPool(command) if command else DecoderPool()
        try:
            async with pool.open_slot("") as slot:
                return await slot.decode(kind, content, page)
        finally:
            await pool.close()

    return asyncio.run(run())


def decode_to_picture(content: bytes, kind: str) -> Image.Image:
    pixels = decode(content, kind)
    assert isinstance(pixels, Pixels)
    return Image.frombytes(pixels.mode, (pixels.width, pixels.height), pixels.data)


def make_halves(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """A picture whose upper half is red and whose lower half is blue."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(BLUE, (0, height // 2, width, height))
    return picture.convert(mode)


def save(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def is_like(found: object, wanted: tuple[int, ...]) -> bool:
    assert isinstance(found, tuple)
    return all(abs(one - other) < 40 for one, other in zip(found[:3], wanted, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"])
def test_a_picture_of_each_kind_is_decoded(kind: str) -> None:
    shown = decode_to_picture(save(make_halves(300, 200), kind), f"image/{kind.lower()}")
    assert (shown.mode, shown.size) == ("RGB", (300, 200))
    assert is_like(shown.getpixel((150, 50)), RED)
    assert is_like(shown.getpixel((150, 150)), BLUE)


@pytest.mark.parametrize("mode", ["L", "CMYK", "1"])
def test_scans_of_paper_and_of_print_shops_are_decoded(mode: str) -> None:
    shown = decode_to_picture(
        save(make_halves(300, 200, mode), "JPEG" if mode != "1" else "PNG"),
        "image/jpeg" if mode != "1" else "image/png",
    )
    assert (shown.mode, shown.size) == ("RGB", (300, 200))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_upright(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    shown = decode_to_picture(save(make_halves(300, 200), "JPEG", exif=exif), "image/jpeg")
    lies = orientation >= 5
    assert shown.size == ((200, 300) if lies else (300, 200))
    corners = {(10, 10): {1, 2, 5, 8}, (shown.width - 10, shown.height - 10): {3, 4, 6, 7}}
    for corner, red_there in corners.items():
        assert is_like(shown.getpixel(corner), RED) is (orientation in red_there)


def test_a_large_photo_is_shrunk() -> None:
    shown = decode_to_picture(save(make_halves(6000, 4000), "JPEG"), "image/jpeg")
    assert shown.size == (MAX_SIDE_PIXELS, MAX_SIDE_PIXELS * 2 // 3)


def test_what_may_be_transparent_keeps_that() -> None:
    content = save(Image.new("RGBA", (20, 10), (1, 2, 3, 0)), "PNG")
    assert decode_to_picture(content, "image/png").getpixel((1, 1)) == (1, 2, 3, 0)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_of_a_photo_that_was_cut_on_its_way_what_is_there_is_shown(kind: str) -> None:
    noise = Image.effect_noise((600, 400), 50).convert("RGB")
    noise.paste(RED, (0, 0, 600, 40))
    whole = save(noise, kind)
    shown = decode_to_picture(whole[: len(whole) // 2], f"image/{kind.lower()}")
    assert shown.size == (600, 400)
    assert is_like(shown.getpixel((300, 10)), RED)


def test_a_photo_that_was_cut_in_its_head_has_no_pixels() -> None:
    whole = save(make_halves(600, 400), "JPEG")
    for end in (4, 20, whole.index(b"\xff\xc0") + 4):
        assert decode(whole[:end], "image/jpeg") is DecodingFailure.UNREADABLE


def test_of_several_pictures_in_one_file_the_first_is_shown() -> None:
    first, second = make_halves(300, 200), Image.new("RGB", (300, 200), BLUE)
    for kind, name in (
        ("MPO", "image/jpeg"),
        ("GIF", "image/gif"),
        ("WEBP", "image/webp"),
        ("PNG", "image/png"),
    ):
        content = save(first, kind, save_all=True, append_images=[second, second])
        assert is_like(decode_to_picture(content, name).getpixel((150, 50)), RED), kind


def test_the_pages_of_a_scan_are_decoded_one_by_one() -> None:
    colours = [RED, BLUE, (30, 200, 30)]
    first, *others = [Image.new("RGB", (30, 20), colour) for colour in colours]
    content = save(first, "TIFF", save_all=True, append_images=others, compression="tiff_deflate")
    for page, colour in enumerate(colours):
        pixels = decode(content, "image/tiff", page=page)
        assert isinstance(pixels, Pixels)
        assert (pixels.pages, tuple(pixels.data[:3])) == (3, colour)
    beyond = decode(content, "image/tiff", page=3)
    assert isinstance(beyond, Pixels)  # a page that there is not is the first
    assert tuple(beyond.data[:3]) == RED


@pytest.mark.parametrize("compression", ["group4", "tiff_lzw", "jpeg", "packbits"])
def test_a_scan_is_decoded_however_it_is_packed(compression: str) -> None:
    mode = "1" if compression == "group4" else "RGB"
    shown = decode_to_picture(
        save(make_halves(300, 200, mode), "TIFF", compression=compression), "image/tiff"
    )
    assert (shown.mode, shown.size) == ("RGB", (300, 200))


def test_a_phones_heic_is_decoded_where_a_safe_library_is_installed() -> None:
    pillow_heif = pytest.importorskip(
        "pillow_heif", reason="needs pillow-heif, which is not installed by default"
    )
    out = io.BytesIO()
    pillow_heif.from_pillow(make_halves(600, 400)).save(out, quality=90)
    shown = decode_to_picture(out.getvalue(), "image/heic")
    assert shown.size == (600, 400)
    assert is_like(shown.getpixel((300, 50)), RED)
    assert is_like(shown.getpixel((300, 350)), BLUE)
    assert decode(out.getvalue()[: len(out.getvalue()) // 2], "image/heic") is DecodingFailure.UNREADABLE


def make_page(content: bytes, width: float = 100, height: float = 200) -> pikepdf.Pdf:
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(width, height))
    page.Contents = pdf.make_stream(content)
    return pdf


def save_pdf(pdf: pikepdf.Pdf, **options: Any) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **options)
    return out.getvalue()


HALVES = b"0.8 0.1 0.1 rg 0 100 100 100 re f 0.1 0.1 0.8 rg 0 0 100 100 re f"
"""A page whose upper half is red and whose lower half is blue."""


def test_what_was_found_to_be_something_else_is_not_opened_as_heic_or_pdf() -> None:
    photo = DecodingRequest("image/jpeg", save(make_halves(30, 20), "JPEG"))
    assert decode_heic(photo) is DecodingFailure.UNREADABLE
    assert decode_pdf(photo) is DecodingFailure.UNREADABLE


def test_a_page_of_a_pdf_is_drawn_by_a_confined_process() -> None:
    pdf = make_page(HALVES)
    pdf.add_blank_page(page_size=(50, 50))
    content = save_pdf(pdf)
    first, second = [decode(content, "application/pdf", page=page) for page in (0, 1)]
    assert isinstance(first, Pixels)
    assert isinstance(second, Pixels)
    assert (first.width, first.height, first.pages) == (200, 400, 2)
    assert (second.width, second.height, second.pages) == (100, 100, 2)
    shown = Image.frombytes(first.mode, (first.width, first.height), first.data)
    assert is_like(shown.getpixel((100, 100)), RED)
    assert is_like(shown.getpixel((100, 300)), BLUE)
    assert second.data == b"\xff" * 30_000  # white where nothing is drawn


@pytest.mark.parametrize("size", [(14_400, 14_400), (14_400, 3), (3, 14_400)], ids=["large", "wide", "high"])
def test_no_page_is_drawn_larger_than_a_picture(size: tuple[int, int]) -> None:
    drawn = decode(save_pdf(make_page(b"", *size)), "application/pdf")
    assert isinstance(drawn, Pixels)
    assert MAX_SIDE_PIXELS - 2 <= max(drawn.width, drawn.height) <= MAX_SIDE_PIXELS


def make_endless_pdf() -> bytes:
    """A form that draws itself twice, whose drawing has two to the power of its depth steps."""
    pdf = make_page(b"/F0 Do")
    following = pdf.make_stream(
        b"0 0 1 1 re f", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 9, 9]
    )
    for _ in range(40):
        resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F0=following))
        following = pdf.make_stream(
            b"/F0 Do " * 8,
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Form,
            BBox=[0, 0, 9, 9],
            Resources=resources,
        )
    pdf.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F0=following))
    return save_pdf(pdf)


HOSTILE_PDFS: Mapping[str, Callable[[], bytes]] = {
    "no pages": lambda: b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n",
    "nothing": lambda: b"%PDF-",
    "with a password": lambda: save_pdf(
        make_page(HALVES), encryption=pikepdf.Encryption(owner="a", user="b", R=6)
    ),
    "cut": lambda: save_pdf(make_page(HALVES))[:60],
}


@pytest.mark.parametrize("name", HOSTILE_PDFS)
def test_a_pdf_that_cannot_be_drawn(name: str) -> None:
    failure = DecodingFailure.LOCKED if name == "with a password" else DecodingFailure.UNREADABLE
    assert decode(HOSTILE_PDFS[name](), "application/pdf") is failure


@pytest.mark.full("files that take all the time there is")
def test_a_pdf_that_never_ends_is_given_up() -> None:
    assert not isinstance(decode(make_endless_pdf(), "application/pdf"), Pixels)


# What attackers send. Each is small, and wants the decoder to take seconds and gigabytes.


def make_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def insert_chunk(kind: bytes, data: bytes) -> bytes:
    whole = save(make_halves(30, 20), "PNG")
    return whole[:33] + make_chunk(kind, data) + whole[33:]


def make_claim(width: int, height: int) -> bytes:
    """A PNG that claims a size."""
    head = make_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + make_chunk(b"IDAT", b"")


def make_bomb() -> bytes:
    return zlib.compress(bytes(300_000_000), 1)


def make_frames(count: int) -> bytes:
    whole = save(make_halves(30, 20), "GIF")
    start = whole.rindex(b",")
    return whole[:-1] + whole[start:-1] * count + b";"


def make_segments() -> bytes:
    whole = save(make_halves(30, 20), "JPEG")
    return whole[:2] + b"\xff\xe1\x00\x02" * 5_000_000 + whole[2:]


def make_large_segments() -> bytes:
    whole = save(make_halves(30, 20), "JPEG")
    return whole[:2] + (b"\xff\xe2\xff\xff" + b"ICC_PROFILE\0\1\1" + bytes(65519)) * 300 + whole[2:]


def make_tags() -> bytes:
    """EXIF data with 5,000 tags, each of which says that it is 60,000 bytes of the same place."""
    count = 5000
    tags = b"".join(struct.pack("<HHII", 0x8000 + n, 7, 60_000, 8) for n in range(count))
    tiff = b"II*\0" + struct.pack("<IH", 8, count) + tags + bytes(4)
    whole = save(make_halves(30, 20), "JPEG")
    body = b"Exif\0\0" + tiff
    return whole[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + whole[2:]


def make_scans() -> bytes:
    whole = save(make_halves(4000, 4000), "JPEG", progressive=True)
    end = whole.rindex(b"\xff\xd9")
    return whole[:end] + whole[whole.rindex(b"\xff\xda") : end] * 1000 + whole[end:]


DECODED: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "a text that unfolds": ("image/png", lambda: insert_chunk(b"zTXt", b"Comment\0\0" + make_bomb())),
    "a colour profile that unfolds": ("image/png", lambda: insert_chunk(b"iCCP", b"a\0\0" + make_bomb())),
    "more pixels than there is room for": ("image/png", lambda: insert_chunk(b"IDAT", make_bomb())),
    "ten thousand frames": ("image/gif", lambda: make_frames(10_000)),
    "20 MB of colour profiles": ("image/jpeg", make_large_segments),
    "five thousand tags": ("image/jpeg", make_tags),
}
"""What may be decoded or not, but never takes more than it may."""

NOT_TRIED: Mapping[str, tuple[str, Callable[[], bytes], DecodingFailure]] = {
    "five million segments": ("image/jpeg", make_segments, DecodingFailure.UNREADABLE),
    "a thousand scans": ("image/jpeg", make_scans, DecodingFailure.UNREADABLE),
    "a picture as wide as a road": ("image/png", lambda: make_claim(2**31 - 1, 1), DecodingFailure.TOO_LARGE),
    "a picture as high as a tower": (
        "image/png",
        lambda: make_claim(1, 2**31 - 1),
        DecodingFailure.TOO_LARGE,
    ),
    "a kind that is not decoded": ("image/avif", lambda: b"\0\0\0\x18ftypavif", DecodingFailure.UNREADABLE),
    "a film": ("video/mp4", lambda: b"\0\0\0\x18ftypisom", DecodingFailure.UNREADABLE),
    "another kind than it is called": ("image/gif", lambda: make_png(), DecodingFailure.UNREADABLE),
}
"""What no decoder sees."""


@pytest.mark.full("files that take all the time there is")
@pytest.mark.parametrize("name", DECODED)
def test_what_unfolds_takes_no_memory_here_and_the_process_answers(name: str) -> None:
    kind, make = DECODED[name]
    content = make()
    tracemalloc.start()
    try:
        answer = decode(content, kind)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
    assert answer is DecodingFailure.UNREADABLE or (isinstance(answer, Pixels) and answer.width == 30)


@pytest.mark.parametrize("name", NOT_TRIED)
def test_what_its_markers_refuse_is_given_to_no_decoder(name: str) -> None:
    kind, make, failure = NOT_TRIED[name]
    if kind == "image/gif":
        assert decode(make(), "image/jpeg", "/no/such/program") is failure
    assert decode(make(), kind, "/no/such/program") is failure


@pytest.mark.full("pictures as large as are decoded")
def test_as_many_pixels_as_are_decoded_fit_into_the_memory_of_a_process() -> None:
    """The most demanding picture of each kind: of so many pixels, and of the form that takes most memory."""
    jpeg, png = MAX_DECODED_PIXELS["image/jpeg"], MAX_DECODED_PIXELS["image/png"]
    photo = save(Image.new("RGB", (10_000, jpeg // 10_000), RED), "JPEG", progressive=True, subsampling=0)
    assert decode_to_picture(photo, "image/jpeg").width == MAX_SIDE_PIXELS
    drawing = save(Image.new("RGBA", (10_000, png // 10_000), (*RED, 9)), "PNG", compress_level=1)
    assert decode_to_picture(drawing, "image/png").mode == "RGBA"
