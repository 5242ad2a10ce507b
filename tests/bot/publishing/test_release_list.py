"""The public list of releases: which are in it, in which order, and the addresses of their files."""

from dataclasses import replace
from datetime import date

import pytest

from bot.publishing.release_list import RELEASE_FILES, build_release_list, select_public_releases
from ita_stats.cases.model import ReleaseInfo
from ita_stats.release import build_manifest, serialize_manifest
from storage.releases import StoredRelease
from tests.ita_stats.render.sample_documents import make_protected_tables
from tests.storage.test_releases import KEPT

FORM = "https://office.example/statistics/{year}/{number}/{file}"


def make_release(number: int, as_of: date, *, held: bool = False) -> StoredRelease:
    return replace(KEPT, number=number, as_of=as_of, held=held)


@pytest.mark.parametrize(
    ("releases", "numbers"),
    [
        ([], []),
        ([make_release(1, date(2026, 10, 31), held=True)], []),
        ([make_release(2, date(2026, 11, 30)), make_release(1, date(2026, 10, 31))], [1, 2]),
        ([make_release(1, date(2026, 10, 31)), make_release(2, date(2026, 10, 31))], [1, 2]),
        (
            [
                make_release(1, date(2026, 10, 31)),
                make_release(2, date(2026, 11, 30), held=True),
                make_release(3, date(2026, 9, 30)),
            ],
            [3, 1],
        ),
    ],
)
def test_what_is_held_back_is_not_listed_and_the_newest_is_last(
    releases: list[StoredRelease], numbers: list[int]
) -> None:
    assert [release.number for release in select_public_releases(releases)] == numbers


def test_an_entry_has_the_addresses_of_all_files_in_both_languages() -> None:
    issue = ReleaseInfo(2, (), "พิมพ์ผิด", corrects=1)
    manifest = build_manifest(make_protected_tables(), issue, [])
    stored = replace(KEPT, number=2, fiscal_year=2569, manifest=serialize_manifest(manifest))
    (entry,) = build_release_list([stored], FORM)
    assert (entry.name, entry.corrects, entry.why) == ("2/2569", "1/2569", "พิมพ์ผิด")
    assert entry.period == (manifest.period.label, manifest.period.label_en)
    assert entry.as_of == ("31 ตุลาคม 2569", "31 October 2026")
    assert entry.address == "https://office.example/statistics/2569/2/statistics.html"
    assert [(link.name, link.address) for link in entry.links] == [
        (name, f"https://office.example/statistics/2569/2/{file}") for name, file in RELEASE_FILES
    ]


def test_a_release_that_corrects_none() -> None:
    manifest = build_manifest(make_protected_tables(), ReleaseInfo(1, ()), [])
    (entry,) = build_release_list([replace(KEPT, manifest=serialize_manifest(manifest))], FORM)
    assert (entry.corrects, entry.why) == ("", "")
