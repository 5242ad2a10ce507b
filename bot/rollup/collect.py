"""Collect the releases of all offices of a list and judge each; the files of a group only are held at a time."""

import asyncio
from collections.abc import Callable
from datetime import date
from pathlib import Path

from bot.rollup.office_list import OfficeEntry, OfficeList
from bot.rollup.reading import (
    FoundReleases,
    OfficeSilentError,
    SiteReader,
    iterate_in_groups,
    open_site_reader,
    read_folder,
)
from bot.rollup.releases import check_release
from ita_stats.rollup.judge import ListedOffice, judge_office
from ita_stats.rollup.model import OfficeState, ReleaseFault, RollUp

GROUP_SIZE = 64
ShowProgress = Callable[[int, int], None]


async def collect_rollup(
    listed: OfficeList, base: Path, year: int, day: date, on_progress: ShowProgress = lambda *_: None
) -> RollUp:
    """Read and judge every office. base: the folder from which the list's folders are seen."""
    states: list[OfficeState] = []
    async with open_site_reader() as sites:
        for group in iterate_in_groups(listed.offices, GROUP_SIZE):
            states += await asyncio.gather(*(_judge(one, base, sites, year, day) for one in group))
            on_progress(len(states), len(listed.offices))
    return RollUp(listed.publisher.th, listed.publisher.en or listed.publisher.th, year, day, tuple(states))


async def _judge(entry: OfficeEntry, base: Path, sites: SiteReader, year: int, day: date) -> OfficeState:
    shown = ListedOffice(entry.name, entry.name_en or entry.name, entry.group, entry.place)
    if not entry.place:
        return judge_office(shown, None, year, day)
    try:
        found = await _read(entry, base, sites, year)
    except OfficeSilentError:
        return judge_office(shown, None, year, day)
    checked = [one if isinstance(one, ReleaseFault) else check_release(one, entry.keys) for one in found]
    return judge_office(shown, checked, year, day)


async def _read(entry: OfficeEntry, base: Path, sites: SiteReader, year: int) -> FoundReleases:
    if entry.folder is not None:
        return read_folder(base / entry.folder, year)  # small files of a local disk
    return await sites.read_site(entry.address or "", year)
