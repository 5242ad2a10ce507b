"""QR codes as people scan them: the quiet zone that the standard demands, each module on its place, in every form."""

import io
from pathlib import Path
from xml.etree import ElementTree

import pytest
import segno
from PIL import Image

from bot.images.qr import BORDER, SCALE, render_qr_png, render_qr_text, write_qr_file

LINK = "https://service.example/opinion?c=K7M2QX"


def read_modules(picture: Image.Image) -> list[list[bool]]:
    """The modules of a drawn code, without its quiet zone: whether each is dark."""
    grey = picture.convert("L")
    modules = picture.width // SCALE
    middle = SCALE // 2
    rows = [
        [grey.getpixel((x * SCALE + middle, y * SCALE + middle)) < 128 for x in range(modules)]  # type: ignore[operator]
        for y in range(modules)
    ]
    edge = [
        *rows[:BORDER],
        *rows[-BORDER:],
        *([row[n] for row in rows] for n in (0, 1, 2, 3, -1, -2, -3, -4)),
    ]
    assert not any(any(line) for line in edge), "the quiet zone is white"
    return [row[BORDER:-BORDER] for row in rows[BORDER:-BORDER]]


@pytest.mark.parametrize("text", [LINK, "ก", "ลิงก์ภาษาไทย", "1", "x" * 1000])
def test_every_module_is_drawn_with_a_quiet_zone_of_four(text: str) -> None:
    picture = Image.open(io.BytesIO(render_qr_png(text)))
    assert picture.format == "PNG"
    assert read_modules(picture) == [
        [bool(m) for m in row] for row in segno.make(text, error="m", micro=False).matrix
    ]


def test_a_code_is_never_a_micro_code_that_phones_do_not_read() -> None:
    assert Image.open(io.BytesIO(render_qr_png("1"))).width == (21 + 2 * BORDER) * SCALE


def test_another_text_is_another_code_and_the_same_text_the_same() -> None:
    assert render_qr_png(LINK) == render_qr_png(LINK)
    assert render_qr_png(LINK) != render_qr_png(LINK[:-1])


def test_for_print_it_is_a_png_or_an_svg_by_its_suffix(tmp_path: Path) -> None:
    write_qr_file(LINK, tmp_path / "code.png")
    assert (tmp_path / "code.png").read_bytes() == render_qr_png(LINK)
    write_qr_file(LINK, tmp_path / "code.svg")
    root = ElementTree.parse(tmp_path / "code.svg").getroot()
    width = Image.open(io.BytesIO(render_qr_png(LINK))).width
    assert (root.tag, root.get("width")) == ("{http://www.w3.org/2000/svg}svg", str(width))


def test_in_a_terminal_it_is_drawn_with_block_characters() -> None:
    drawn = render_qr_text(LINK)
    assert set(drawn) >= {"▀", "▄", "\n"}
    assert len({len(line) for line in drawn.splitlines()}) <= 2
    assert LINK not in drawn
