"""What a person typed stays text: none of it becomes markup, except plain links."""

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.html import keep_words_whole, line_to_html, pairs_to_html, text_to_html
from tests.properties import examples

ELEMENTS = {"p", "br", "ul", "li", "a", "strong", "dl", "div", "dt", "dd"}
RECEIPT = "4TFF-59TD-WH9E-DD1R-C"
EVIL = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "javascript:alert(1)",
    "</p><style>*{}</style>",
    "<!--",
    "<![CDATA[",
    "&lt;b&gt;&amp;&#60;",
    "{{ 7*7 }}{% x %}",
    "https://a.th/\"onmouseover='x'",
    "https://a.th/<b>",
    "http://a.th?x=1&lt;y",
    "HTTPS://A.TH/",
    "https://javascript:alert(1)@a.th/",
    "• <li>",
    "  <i>",
    "ชื่อ: <b>: ค่า",
    "\0<b\0>",
    "<a href=https://a.th>",
    "data:text/html,<b>",
]


class ParsedHtml(HTMLParser):
    """The HTML as a browser would parse it."""

    def __init__(self, shown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.words: list[str] = []
        self.odd: list[str] = []
        self._open: list[str] = []
        self.feed(shown)
        self.close()
        self.odd += [f"open: {name}" for name in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag != "br":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.odd.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.odd.append(data)

    def handle_decl(self, decl: str) -> None:
        self.odd.append(decl)

    def handle_pi(self, data: str) -> None:
        self.odd.append(data)

    def unknown_decl(self, data: str) -> None:
        self.odd.append(data)

    @property
    def text(self) -> str:
        """Its text without white space, bullets and colons."""
        return bare("".join(self.words))


def bare(words: str) -> str:
    """A text without what rendering may remove or add."""
    return re.sub(r"[\s•:]+", "", words)


def assert_harmless(shown: str, typed: str) -> None:
    """Only our elements and attributes, properly nested, and every typed character as text."""
    page = ParsedHtml(shown)
    assert set(page.elements) <= ELEMENTS
    assert page.odd == []
    assert page.text == bare(typed)
    for tag, name, value in page.attributes:
        assert (tag, name) in {("a", "href"), ("a", "rel")}
        if name == "href":
            assert re.match(r"https?://[^\s\"<>]+\Z", value or "")
            assert (value or "") in typed
        else:
            assert value == "noreferrer"


typed_words = st.lists(
    st.one_of(
        st.sampled_from(EVIL),
        st.sampled_from(["\n", "\n\n", "• ", "  ", ": ", "https://", "http://a.th/ก", " ", "ก"]),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=12),
    ),
    max_size=12,
).map("".join)


@examples(400)
@given(typed_words)
def test_whatever_is_typed_is_harmless_as_paragraphs(typed: str) -> None:
    assert_harmless(text_to_html(typed), typed)


@examples(200)
@given(st.lists(typed_words, max_size=4))
def test_whatever_is_typed_is_harmless_as_definitions(lines: list[str]) -> None:
    assert_harmless(pairs_to_html(lines), "".join(lines))


@examples(200)
@given(typed_words)
def test_whatever_is_typed_is_harmless_in_a_line(typed: str) -> None:
    shown = line_to_html(typed, {})
    assert ParsedHtml(shown).elements == []
    assert html.unescape(shown) == typed


@examples(300)
@given(typed_words, typed_words, st.sampled_from(["receipt", "status"]))
def test_a_mark_is_put_once_and_breaks_nothing(before: str, after: str, name: str) -> None:
    typed = f"{before}{RECEIPT}{after}"
    page = ParsedHtml(text_to_html(typed, {name: RECEIPT}))
    assert page.text == bare(typed)
    assert page.odd == []
    assert set(page.elements) <= ELEMENTS
    marks = [attribute for attribute in page.attributes if attribute[1].startswith("data-")]
    assert marks in ([("strong", f"data-{name}", None)], [])
    assert marks or "http" in typed  # inside a URL it is not highlighted, because a link must stay one
    assert [v for _, name, v in page.attributes if name == "href" and (v or "") not in typed] == []


def test_a_mark_does_not_break_an_address() -> None:
    page = ParsedHtml(text_to_html(f"https://a.th/{RECEIPT} {RECEIPT}", {"receipt": RECEIPT}))
    assert ("a", "href", f"https://a.th/{RECEIPT}") in page.attributes
    assert page.elements == ["p", "a", "strong"]


@pytest.mark.parametrize("evil", EVIL)
def test_each_known_trick_is_harmless(evil: str) -> None:
    assert_harmless(text_to_html(evil), evil)
    assert_harmless(text_to_html(f"• {evil}\n  {evil}"), evil * 2)
    assert_harmless(pairs_to_html([f"ชื่อ: {evil}", evil]), f"ชื่อ{evil}{evil}")


@pytest.mark.parametrize(
    ("typed", "links"),
    [
        ("ดู https://wbs.nacc.go.th.", ["https://wbs.nacc.go.th"]),
        ("(https://a.th/x?y=1&z=2)", ["https://a.th/x?y=1&z=2"]),
        ("“http://a.th/ก”,https://b.th", ["http://a.th/ก", "https://b.th"]),
        ("javascript:x ftp://a.th //a.th www.a.th data:x https:// http://", []),
    ],
)
def test_links_lead_to_the_web_and_nowhere_else(typed: str, links: list[str]) -> None:
    page = ParsedHtml(text_to_html(typed))
    assert [value for tag, name, value in page.attributes if name == "href"] == links
    assert page.attributes.count(("a", "rel", "noreferrer")) == len(links)


def test_paragraphs_lists_and_lines_stay_what_they_were() -> None:
    shown = text_to_html("ก\nข\n\n• ค\n• ง\n  จ\nฉ")
    assert re.sub(r">\s+<", "><", shown) == ("<p>ก<br>ข</p><ul><li>ค</li><li>ง<br>จ</li></ul><p>ฉ</p>")
    assert text_to_html("") == text_to_html("\n\n\n") == ""


def test_a_pair_has_a_name_and_what_it_is() -> None:
    page = ParsedHtml(pairs_to_html(["ประเภท: ทุจริต", "เล่า: ก\nข: ค", "", "ส่งแล้วแก้ไม่ได้"]))
    assert page.elements == ["dl", "div", "dt", "dd", "div", "dt", "dd", "br", "p"]


def test_a_mark_is_where_it_first_stands_and_nothing_else_changes() -> None:
    shown = text_to_html(f"รหัส\n{RECEIPT}\n{RECEIPT}", {"receipt": RECEIPT})
    assert shown == f"<p>รหัส<br><strong data-receipt>{RECEIPT}</strong><br>{RECEIPT}</p>"
    assert text_to_html("ก", {"receipt": RECEIPT}) == "<p>ก</p>"
    assert line_to_html("สถานะ: ก&ข", {"status": "ก&ข"}) == ("สถานะ: <strong data-status>ก&amp;ข</strong>")


def test_a_long_text_of_tricks_takes_no_long_time() -> None:
    typed = ("http://" + "." * 2000 + " ") * 20 + "https://a" * 3000 + "• \n" * 3000
    assert_harmless(text_to_html(typed), typed)


@pytest.mark.parametrize(
    ("line", "linked"),
    [
        ("ถ้ากำลังมีอันตราย โทร 191 (ตำรวจ)", ["191"]),
        ("โทร. 0-2123 4567 หรือ call 1206.", ["021234567", "1206"]),
        ("• ป.ป.ช. https://www.nacc.go.th 1205", ["1205"]),
        ("เรียกรับเงิน 5000 บาท เมื่อ 12 มกราคม 2569", []),
        ("โทร 1", []),
    ],
)
def test_a_telephone_number_is_a_link_where_the_words_say_that_it_is_one(
    line: str, linked: list[str]
) -> None:
    assert re.findall(r'href="tel:(\d+)"', text_to_html(line)) == linked


def test_words_that_browsers_would_break_inside_are_kept_whole() -> None:
    assert keep_words_whole("ใช้เครือข่ายอื่น <b>") == 'ใช้<span class="word">เครือข่าย</span>อื่น &lt;b&gt;'
    assert "word" not in keep_words_whole("แชติ")
