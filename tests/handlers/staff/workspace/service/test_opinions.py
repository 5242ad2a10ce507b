"""The view of opinions: whole texts, their number, and the command that shows a contact."""

from dataclasses import replace

from handlers.dialog.effects import Listing
from handlers.feedback.messages import ListFeedback
from handlers.staff.workspace.service.opinions import OPINIONS_PER_PAGE, list_opinions
from tests.handlers.staff.service.service_officer import GOOD
from tests.handlers.staff.workspace.service.views import show


def test_an_opinion_is_shown_whole_with_the_way_to_its_author() -> None:
    listed = show(lambda cmd: list_opinions(cmd, 1))
    (one,) = listed.rows
    assert (one.number, one.text, one.score, one.contact) == (
        "12/2570",
        "คิวยาว",
        2,
        "/opinions contact 12/2570",
    )


def test_who_left_no_contact_has_none_and_links_cannot_be_followed() -> None:
    bare = replace(GOOD, has_contact=False, text="ดู https://evil.example", same_text_count=3)
    listed = show(lambda cmd: list_opinions(cmd, 1), answers={ListFeedback: Listing((bare,))})
    assert (listed.rows[0].contact, listed.rows[0].others) == ("", 3)
    assert "https://evil.example" not in listed.rows[0].text


def test_pages_and_unreadable_rows() -> None:
    many = tuple(replace(GOOD, number=number) for number in range(1, OPINIONS_PER_PAGE + 1))
    listed = show(lambda cmd: list_opinions(cmd, 1), answers={ListFeedback: Listing(many, ("40/2570",))})
    assert (len(listed.rows), listed.has_more, listed.unreadable) == (OPINIONS_PER_PAGE, True, ("40/2570",))
