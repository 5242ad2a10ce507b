"""Officers' commands that are about no case: releases, statistics."""

import pytest

from handlers.dialog.replies import Phrase, raw_text
from handlers.staff.complaints.messages import ApproveRelease, CountUnreadableCases
from handlers.staff.complaints.release import ListPendingReleases, PendingRelease
from handlers.staff.complaints.statistics import CountCases, PeriodCounts
from handlers.staff.members import StaffMember
from handlers.staff.permissions import Role
from tests.handlers.staff.officer_commands import (
    OFFICER,
    SUPERVISOR,
    VERIFIED,
    give,
    list_commands,
    make_member,
)
from tests.run_decision import begin_session

RELEASES = tuple(PendingRelease(f"{n}/2570", f"งวด {n}", f"Period {n}") for n in range(1, 8))


def test_releases_wait_for_a_supervisor() -> None:
    waiting = {ListPendingReleases: RELEASES}
    outcome = give("/release", answers=waiting, staff=SUPERVISOR)
    assert outcome.replies[0].args["lines"] == tuple(raw_text(f"• {n}/2570 งวด {n}") for n in range(1, 8))
    assert list_commands(outcome.replies[-1].choices) == [f"/release ok {n}/2570" for n in range(3, 8)]
    for word in ("ok", "ได้"):
        done = give(f"/release {word} 3/2570", answers=waiting, staff=SUPERVISOR)
        assert done.keys == ("staff.release.done",)
        assert done.acts == (ApproveRelease("3/2570", "s3"),)
    assert give("/release ok 9/2570", answers=waiting, staff=SUPERVISOR).keys == ("staff.release.unknown",)
    assert give("/release", answers={ListPendingReleases: ()}, staff=SUPERVISOR).keys == (
        "staff.release.none",
    )


@pytest.mark.parametrize(("lang", "label"), [("th", "ปีงบประมาณ"), ("en", "Fiscal year")])
def test_the_figures_of_the_month_and_the_year(lang: str, label: str) -> None:
    month = PeriodCounts("พฤศจิกายน", "November", 3, 1, 2, 0)
    year = PeriodCounts("ปีงบประมาณ", "Fiscal year", 9, 4, 4, 1, (month,))
    outcome = give(
        "/stats", answers={CountCases: (month, year)}, session=begin_session(officer=VERIFIED, lang=lang)
    )
    assert outcome.queries[0] == CountCases(("2569-11", "fy2570"))
    args = outcome.replies[0].args
    counts = {"label": label, "received": 9, "done": 4, "in_progress": 4, "not_accepted": 1}
    assert args["lines"][1] == Phrase("staff.stats.line", counts)  # type: ignore[index]
    chart = args["chart"]
    assert isinstance(chart, Phrase)
    assert chart.args["year"] == ("2570" if lang == "th" else "2570 (2027)")
    assert [one.key for one in chart.args["months"]] == ["staff.stats.month"]  # type: ignore[union-attr]


ADMIN = make_member("s4", Role.ADMIN)
AUDITOR = make_member("s5", Role.AUDITOR)


def test_who_runs_the_channel_hears_how_many_cases_nobody_can_read() -> None:
    counts = (PeriodCounts("เดือน", "month", 1, 1, 0, 0),) * 2
    told = give("/stats", answers={CountCases: counts, CountUnreadableCases: 2}, staff=ADMIN)
    assert told.keys == ("staff.stats.unreadable", "staff.stats.all")
    assert told.replies[0].args == {"count": 2}
    assert told.queries[1:] == (CountUnreadableCases("s4"),)
    assert give("/stats", answers={CountCases: counts, CountUnreadableCases: 0}, staff=ADMIN).keys == (
        "staff.stats.all",
    )


@pytest.mark.parametrize("staff", [OFFICER, SUPERVISOR, AUDITOR])
def test_nobody_else_hears_of_them(staff: StaffMember) -> None:
    counts = (PeriodCounts("เดือน", "month", 1, 1, 0, 0),) * 2
    told = give("/stats", answers={CountCases: counts}, staff=staff)
    assert told.keys == ("staff.stats.all",)
