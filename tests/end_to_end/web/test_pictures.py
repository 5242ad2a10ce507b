"""The pictures show what the product says today: texts are compared, not pixels."""

import pytest
from playwright.sync_api import Browser

from tests.end_to_end.browser_driver import CHROMIUM
from tests.end_to_end.web.pictures import (
    MAX_PICTURE_BYTES,
    PICTURES,
    PICTURES_DIR,
    draw_picture,
    read_text_of_picture,
)
from tests.in_memory_desk import ROOT

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine")


@pytest.mark.full("pictures in a browser")
@pytest.mark.parametrize("name", list(PICTURES))
def test_a_picture_says_what_the_product_says(name: str, browser: Browser) -> None:
    content, text = draw_picture(browser, name)
    assert len(content) < MAX_PICTURE_BYTES
    told = "python -m tests.end_to_end.web.pictures draws it anew"
    assert read_text_of_picture(PICTURES_DIR / name) == text, told


def test_every_picture_is_small_stands_in_a_document_and_is_drawn_here() -> None:
    drawn = {path.name for path in PICTURES_DIR.iterdir()}
    assert drawn == set(PICTURES)
    readme = (ROOT / "README.md").read_text("utf-8")
    guide = (ROOT / "docs" / "guides" / "officer.th.md").read_text("utf-8")
    for name in PICTURES:
        assert f"(docs/pictures/{name})" in readme or f"(../pictures/{name})" in guide
        assert (PICTURES_DIR / name).stat().st_size < MAX_PICTURE_BYTES
