"""Links, forms and marks are read of whatever HTML a website has."""

from hypothesis import given
from hypothesis import strategies as st

from bot.assessment.pages.page_reader import read_page

PAGE = """<!doctype html><base href="/th/"><a href="report">แจ้ง</a><IFRAME SRC='https://b.go.th/card'></iframe>
<map><area href="//c.go.th/x"></map><script>var x = '<a href="/no">'; </script><a href="http://[">x</a>
<form METHOD=post action="/ask"><p id="unit" data-guideline="unit">กลุ่ม <b>นิติการ</b></p><br></form>
<td data-activity="1/2570"><td data-activity="2/2570">"""


def test_what_is_read_of_a_page() -> None:
    read = read_page(PAGE, "https://a.go.th/")
    assert read.links == (
        "https://a.go.th/th/report",
        "https://b.go.th/card",
        "https://c.go.th/x",
        "https://a.go.th/ask",
    )
    assert read.has_form
    assert read.find_mark("data-guideline", "unit") == read.find_mark("id", "unit") == "กลุ่ม นิติการ"
    assert read.list_values("data-activity") == ["1/2570", "2/2570"]
    assert "var x" not in read.text


def test_a_search_by_get_is_no_form() -> None:
    assert not read_page('<form action="/q"><input name=q></form>', "https://a.go.th").has_form


@given(st.text(alphabet="<>/=\"' abhrefsctdl-นม\n&;#", max_size=200))
def test_whatever_stands_there_is_read(body: str) -> None:
    read = read_page(body, "https://a.go.th/")
    assert all(isinstance(link, str) for link in read.links)
