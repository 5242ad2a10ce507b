"""The reports of `test_reports`, told first and completed at their review.

In a file of its own: the browser's loop runs until the end of a file, and comes last in each.
"""

from pathlib import Path

import pytest

from tests.end_to_end.test_reports import FULL, PLACES, Place
from tests.handlers.test_stories import HandlerDriver, make_short_desk
from tests.in_memory_desk import SHORT_OFFICE_TOML
from tests.report import SHORT_REPORTS, ReportPlayer, list_faults, load_report


@pytest.mark.parametrize("report", SHORT_REPORTS, ids=lambda report: report.stem)
@pytest.mark.parametrize(
    "place", [pytest.param(place, id=name, marks=(*place.marks, FULL)) for name, place in PLACES.items()]
)
def test_a_short_report_is_filed_as_it_was_meant(
    place: Place, report: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    (tmp_path / "office.toml").write_text(SHORT_OFFICE_TOML, "utf-8")
    said = load_report(report)
    with place.open(tmp_path / "var", request) as driver:
        if isinstance(driver, HandlerDriver):
            driver = HandlerDriver(make_short_desk())
        filed = ReportPlayer(driver, place.habits, said).play()
    assert list_faults(said, filed) == []
