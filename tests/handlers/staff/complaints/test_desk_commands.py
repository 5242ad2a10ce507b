"""Officers' commands that are about no case, and links to the officers' page."""

from dataclasses import replace
from hashlib import sha256

import pytest

from handlers.complaints.lifecycle import INTAKE_SOURCES, CaseSource
from handlers.dialog.events import Channel
from handlers.dialog.replies import OFFICER_CONTENT, Phrase, raw_text
from handlers.dialog.session import DialogTopic
from handlers.staff.complaints.intake import end_intake
from handlers.staff.complaints.messages import ApproveRelease, SubscribeGroup
from handlers.staff.complaints.release import ListPendingReleases, PendingRelease
from handlers.staff.complaints.statistics import CountCases, PeriodCounts
from handlers.staff.page_access import (
    AccessLink,
    CreateAccessLink,
    NewAccessLink,
    NewExportPassword,
    PageKind,
)
from handlers.staff.state import ComplaintsWork
from tests.handlers.staff.complaints.officer_commands import (
    CHIEF,
    get_reply,
    get_work,
    give,
    list_buttons,
    make_session,
)
from tests.run_decision import PERSON, make_context, make_event

LINK = AccessLink("secret", "https://ita.example/officer/secret")


@pytest.mark.parametrize("source", INTAKE_SOURCES)
def test_a_report_is_entered_for_somebody_else(source: CaseSource) -> None:
    outcome = give(f"/intake {source}")
    assert outcome.keys[0] == "staff.intake.begun"
    assert outcome.kept.topic is DialogTopic.REPORT
    assert get_work(outcome).intake_source is source
    ended = end_intake(make_context(make_event(), outcome.kept))
    assert ended.session.officer.complaints == ComplaintsWork()


def test_the_way_a_report_came_is_asked_for_and_a_draft_is_kept() -> None:
    for words in ("/intake", "/intake ทางใด"):
        outcome = give(words)
        assert outcome.keys == ("staff.intake.ask",)
        assert list_buttons(outcome) == [f"/intake {source}" for source in INTAKE_SOURCES]
    session = make_session(topic=DialogTopic.REPORT, answers={"story": "ก"})
    assert give("/intake letter", session=session).keys == ("staff.intake.drafting",)
    assert (
        end_intake(make_context(make_event(), session)).session == make_context(make_event(), session).session
    )


RELEASES = tuple(PendingRelease(f"{n}/2570", f"งวด {n}", f"Period {n}") for n in range(1, 8))


def test_releases_wait_for_a_supervisor() -> None:
    waiting = {ListPendingReleases: RELEASES}
    outcome = give("/release", waiting, staff=CHIEF)
    assert get_reply(outcome).args["lines"] == tuple(raw_text(f"• {n}/2570 งวด {n}") for n in range(1, 8))
    assert list_buttons(outcome) == [f"/release ok {n}/2570" for n in range(3, 8)]
    for word in ("ok", "ได้"):
        done = give(f"/release {word} 3/2570", waiting, staff=CHIEF)
        assert done.keys == ("staff.release.done",)
        assert done.acts == (ApproveRelease("3/2570", "s3"),)
    assert give("/release ok 9/2570", waiting, staff=CHIEF).keys == ("staff.release.unknown",)
    assert give("/release", {ListPendingReleases: ()}, staff=CHIEF).keys == ("staff.release.none",)


@pytest.mark.parametrize(("lang", "label"), [("th", "ปีงบประมาณ"), ("en", "Fiscal year")])
def test_the_figures_of_the_month_and_the_year(lang: str, label: str) -> None:
    month = PeriodCounts("พฤศจิกายน", "November", 3, 1, 2, 0)
    year = PeriodCounts("ปีงบประมาณ", "Fiscal year", 9, 4, 4, 1, (month,))
    outcome = give("/stats", {CountCases: (month, year)}, session=make_session(lang=lang))
    assert outcome.queries[1] == CountCases(("2569-11", "fy2570"))
    args = get_reply(outcome).args
    counts = {"label": label, "received": 9, "done": 4, "in_progress": 4, "not_accepted": 1}
    assert args["lines"][1] == Phrase("staff.stats.line", counts)  # type: ignore[index]
    chart = args["chart"]
    assert isinstance(chart, Phrase)
    assert chart.args["year"] == ("2570" if lang == "th" else "2570 (2027)")
    assert [one.key for one in chart.args["months"]] == ["staff.stats.month"]  # type: ignore[union-attr]


def test_a_group_is_told_of_new_cases() -> None:
    mark = sha256(b"group" + PERSON).digest()
    joined = give("/here group", staff=CHIEF, reply_to=b"group chat", channel=Channel.TELEGRAM)
    assert joined.acts == (SubscribeGroup(mark, b"group chat", Channel.TELEGRAM, "s3"),)
    for off in ("off", "เลิก"):
        left = give(f"/here {off}", staff=CHIEF, reply_to=b"private chat", channel=Channel.TELEGRAM)
        assert left.acts == (SubscribeGroup(mark, None, Channel.TELEGRAM, "s3"),)
    for how in (give("/here", staff=CHIEF, reply_to=b"private chat"), give("/here group", staff=CHIEF)):
        assert how.keys == ("staff.here.how",)
        assert how.acts == ()


@pytest.mark.parametrize("lang", ["th", "en"])
def test_links_to_the_page(lang: str) -> None:
    known, session = {NewAccessLink: LINK, NewExportPassword: "password"}, make_session(lang=lang)
    case = give("/page 12", known, session=session)
    assert get_reply(case).policy == OFFICER_CONTENT
    assert case.acts == (CreateAccessLink("secret", PageKind.CASE, "s1", "c1", lang),)  # type: ignore[arg-type]
    export = give("/export 12", known, session=session)
    assert get_reply(export).args == {"number": "12/2570", "address": LINK.url, "password": "password"}
    assert export.acts == (
        CreateAccessLink("secret", PageKind.EXPORT, "s1", "c1", lang, "password"),  # type: ignore[arg-type]
    )
    register = give("/import", known, session=session, staff=replace(CHIEF, id="s9"))
    assert register.acts == (CreateAccessLink("secret", PageKind.IMPORT, "s9", lang=lang),)  # type: ignore[arg-type]


@pytest.mark.parametrize("words", ["/page 12", "/export 12", "/import"])
def test_a_desk_without_a_page_gives_no_link(words: str) -> None:
    outcome = give(words, staff=CHIEF)
    assert outcome.keys == ("staff.page.nowhere",)
    assert outcome.acts == ()
