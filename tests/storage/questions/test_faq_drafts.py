"""The example entries of an office of its own are drafts: no citizen is answered with one before it was checked."""

from functools import partial

import pytest

from bot.cli.faq_transfer import _merge_entries
from bot.importers.faq_file import EXAMPLE_FAQ_PATH, load_faq_file, store_example_faq, store_faq_drafts
from bot.web.qna_board import list_board_items
from handlers.office import Bilingual, OfficeContact
from handlers.questions.contact_answers import fill_catalogue, is_told_by_office
from handlers.questions.faq_messages import (
    ApproveFaqEntry,
    DiscardFaqDraft,
    FaqEntry,
    GetFaqCatalogue,
    SaveFaqEntry,
)
from handlers.questions.messages import FindKnownAnswers
from storage.errors import ConflictError
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk

EXAMPLES = load_faq_file(EXAMPLE_FAQ_PATH)
HOURS = next(one for one in EXAMPLES if one.id == "office-holidays")
TOLD = sum(map(is_told_by_office, EXAMPLES))
"""Answers that say what office.toml gives."""
OWN = FaqEntry("own-1", "ขอยืมเต็นท์ได้ไหม", "ได้")


async def list_drafts(one: Store) -> list[FaqEntry]:
    """The drafts; and no citizen gets any of them."""
    catalogue = await one.answer_query(GetFaqCatalogue(), NOW)
    drafts = [entry for entry in catalogue.entries if entry.is_draft]
    shown = {item.id for item in list_board_items(catalogue, NOW.date(), "th")}
    for entry in drafts:
        assert f"k.{entry.id}" not in shown
    for entry in drafts[:3]:
        found = await one.faq.search(FindKnownAnswers(entry.question, NOW.date()))
        assert f"k.{entry.id}" not in [match.id for match in found]
    return drafts


def test_drafts_are_loaded_once_and_an_approved_one_answers(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await store_faq_drafts(one, NOW)
        assert len(await list_drafts(one)) == len(EXAMPLES) - TOLD == 103
        assert all(entry.source for entry in await list_drafts(one))
        checked = FaqEntry(HOURS.id, HOURS.question, "เปิดทุกวัน", source=HOURS.source)
        await ground.commit_acts(
            one, ApproveFaqEntry(checked, "s1"), DiscardFaqDraft("send-documents-online", "s1")
        )
        await store_faq_drafts(one, NOW)
        assert len(await list_drafts(one)) == 101
        (match, *_) = await one.faq.search(FindKnownAnswers(HOURS.question, NOW.date()))
        assert (match.answer, match.example) == ("เปิดทุกวัน", False)
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, DiscardFaqDraft("send-documents-online", "s1"))
        with pytest.raises(ConflictError):
            await ground.commit_acts(one, ApproveFaqEntry(FaqEntry("send-documents-online", "ก", "ข"), "s1"))
        assert await one.verify_audit() == []

    ground.run_scenario(scene)
    kept = ground.execute_sql(
        "SELECT actor, what, ref FROM audit WHERE what LIKE 'knowledge-%' ORDER BY what"
    )
    assert kept == [
        ("staff:s1", "knowledge-checked", HOURS.id),
        ("staff:s1", "knowledge-discarded", "send-documents-online"),
    ]


def test_examples_of_a_trial_become_drafts_and_own_entries_stay(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await store_example_faq(one, NOW)
        assert await list_drafts(one) == []
        await ground.commit_acts(one, SaveFaqEntry(OWN))
        await store_faq_drafts(one, NOW)
        assert len(await list_drafts(one)) == 103
        (match, *_) = await one.faq.search(FindKnownAnswers(OWN.question, NOW.date()))
        assert match.id == "k.own-1"

    ground.run_scenario(scene)


def test_a_written_base_without_entries_gets_no_drafts(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await one.replace_faq((), NOW)
        await store_faq_drafts(one, NOW)
        assert (await one.answer_query(GetFaqCatalogue(), NOW)).entries == ()

    ground.run_scenario(scene)


def test_a_draft_that_was_exported_and_imported_unchanged_is_still_one() -> None:
    draft = FaqEntry("a", "ก", "ข", off=True, example=True)
    same, own = FaqEntry("a", "ก", "ข", off=True), FaqEntry("b", "ค", "ง")
    assert _merge_entries((draft,), (same, own), replace=False) == (
        (draft, own),
        [{"id": "b", "did": "added"}],
    )
    changed = FaqEntry("a", "ก", "คำตอบใหม่")
    assert _merge_entries((draft,), (changed,), replace=False)[0] == (changed,)


def test_a_new_office_says_on_its_first_day_how_it_is_reached_and_nothing_it_did_not_give(
    ground: StoredDesk,
) -> None:
    async def ask(one: Store, question: str) -> str:
        found = await one.faq.search(FindKnownAnswers(question, NOW.date()))
        return found[0].answer if found and not found[0].example else ""

    async def scene(one: Store) -> None:
        contact = OfficeContact(phone="054 000 000", hours=Bilingual(th="ทุกวัน 9-15 น."))
        one.faq.fill_answers(partial(fill_catalogue, contact=contact))
        await store_faq_drafts(one, NOW)
        assert await ask(one, "เปิดกี่โมง") == "เวลาทำการ: ทุกวัน 9-15 น."
        assert await ask(one, "ขอเบอร์โทรศัพท์หรืออีเมลของสำนักงาน") == "โทรศัพท์: 054 000 000"
        assert await ask(one, "สำนักงานตั้งอยู่ที่ไหน เดินทางอย่างไร") == ""
        shown = {item.id for item in list_board_items(await one.faq.load_shown_catalogue(), NOW.date(), "th")}
        assert shown == {"k.opening-hours", "k.phone-contact"}
        kept = {entry.id: entry.answer for entry in (await one.faq.load_catalogue()).entries}
        assert "{hours}" in kept["opening-hours"]

    ground.run_scenario(scene)


def test_answers_that_were_read_before_the_contact_was_known_are_filled_too(ground: StoredDesk) -> None:
    """An office's second start reads the FAQ for its drafts; what it read must not be shown with bare places."""

    async def scene(one: Store) -> None:
        await ground.commit_acts(one, SaveFaqEntry(FaqEntry("own-1", "เปิดกี่โมง", "โทร {phone}\n{map}")))
        await one.faq.load_catalogue()
        one.faq.fill_answers(partial(fill_catalogue, contact=OfficeContact(phone="054 000 000")))
        found = await one.faq.search(FindKnownAnswers("เปิดกี่โมง", NOW.date()))
        assert [match.answer for match in found] == ["โทร 054 000 000"]

    ground.run_scenario(scene)
