"""The links to a consultation, on its page and in Telegram."""

import pytest

from bot.consultations.queries import build_consultation_links, build_results_rules
from handlers.consultations.messages import ConsultationLinks
from handlers.office import Office
from tests.in_memory_desk import OFFICE


def with_bot(link: str | None) -> Office:
    """The office with a bot of its service desk, or without one."""
    service = OFFICE.chats.service.model_copy(update={"telegram": link})
    return OFFICE.model_copy(update={"chats": OFFICE.chats.model_copy(update={"service": service})})


@pytest.mark.parametrize(
    ("address", "bot", "links"),
    [
        ("", None, ConsultationLinks()),
        ("https://x.example", None, ConsultationLinks("https://x.example/opinion?c=K7M2QX")),
        ("https://x.example/", None, ConsultationLinks("https://x.example/opinion?c=K7M2QX")),
        ("", "https://t.me/bot", ConsultationLinks("", "https://t.me/bot?start=c-K7M2QX")),
    ],
)
def test_links_are_given_where_there_is_a_page_or_a_bot(
    address: str, bot: str | None, links: ConsultationLinks
) -> None:
    assert build_consultation_links(with_bot(bot), address, "K7M2QX") == links


def test_results_are_protected_as_the_office_set_it() -> None:
    rules = build_results_rules(OFFICE, b"salt")
    assert (rules.salt, rules.least) == (b"salt", OFFICE.statistics.hide_below)
    assert OFFICE.name.th in (rules.office_th, rules.office_en)
