"""Personal data is marked in a text, which stays text whatever it looks like."""

from bot.web.workspace.view_words import mark_personal_data


def test_each_place_is_marked_and_nothing_becomes_markup() -> None:
    shown = mark_personal_data("<b>โทร 081-234-5678 หรือ 081-234-5678", ("081-234-5678",))
    assert shown == "&lt;b&gt;โทร <mark>081-234-5678</mark> หรือ <mark>081-234-5678</mark>"


def test_the_longer_of_two_that_overlap_is_marked_and_what_is_marked_stays_text() -> None:
    assert mark_personal_data("a&b a", ("a", "a&b")) == "<mark>a&amp;b</mark> <mark>a</mark>"


def test_without_anything_found_the_text_is_as_it_was() -> None:
    assert mark_personal_data("ยืมได้ไหม <i>", ()) == "ยืมได้ไหม &lt;i&gt;"
    assert mark_personal_data("ยืมได้ไหม", ("",)) == "ยืมได้ไหม"
