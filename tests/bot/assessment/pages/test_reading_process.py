"""A page is read in a process of its own: the same is read, and one that takes hours stops nobody."""

import asyncio

import pytest

from bot.assessment.pages import reading_process
from bot.assessment.pages.page_reader import read_page
from bot.assessment.pages.reading_process import read_page_apart
from tests.bot.assessment.pages.test_page_reader import PAGE

pytestmark = pytest.mark.full("programs")


def read(body: str) -> object:
    return asyncio.run(read_page_apart(body, "https://a.go.th/"))


def test_the_same_is_read_apart() -> None:
    assert read(PAGE) == read_page(PAGE, "https://a.go.th/")
    assert read("") == read_page("", "https://a.go.th/")
    assert read("\ud800<a href=/x>") is not None


def test_a_page_that_takes_hours_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_process, "MAX_SECONDS", 2)
    assert read("<a " * 200_000) is None


def test_deep_elements_cost_no_more_than_flat_ones() -> None:
    deep = "".join(f"<div id=a{place}>x" for place in range(8_000))
    found = read(deep)
    assert found is not None
