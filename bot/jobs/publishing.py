"""The round of publishing: what fell due is released, once; what was released goes to every place in the end."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.bootstrap import Desk, House
from bot.jobs.housekeeping import Did
from bot.publishing import atomic_write as shelf
from bot.publishing import notifications as told
from bot.publishing import opinions_folder as opinions
from bot.publishing import qna_folder as qna
from bot.publishing import releases
from bot.publishing.notifications import Tell, said
from bot.publishing.release_list import readable
from bot.publishing.releases import Bench, Lost, Made, Order
from bot.publishing.target import Outlet, Shown, Unposted
from bot.web.statistics import AT
from handlers.complaints.messages import By
from ita_stats import schedule as rhythm
from ita_stats import strings as words
from storage.errors import DiskFull
from storage.releases import Kept, Posting

FIRST, LONGEST = timedelta(minutes=5), timedelta(hours=6)
"""How long to wait before a place is tried again: the first time, and at most."""
TOLD_EVERY = 8
"""Of how many failures in a row one is told, after the first: at six hours' distance, one in two days."""


@dataclass
class Rounds:
    """Releases and publishes for one desk. site: its public address, for links."""

    bench: Bench
    outlets: Sequence[Outlet]
    tell: Tell
    site: str = ""

    async def go(self, now: datetime) -> AsyncIterator[Did]:
        """Do what is due at an instant (UTC). One place's trouble does not stop the others, nor the release."""
        desk = self.bench.place.desk
        broken: Exception | None = None
        try:
            async for _ in self._released(now):
                yield Did(desk, "released", 1)
        except Exception as trouble:
            broken = trouble
        for outlet in self.outlets:
            async with shelf.alone(self.bench.place.folder / "releases" / f".{outlet.name}"):
                posted = await self._posted(outlet, now)
            if posted:
                yield Did(desk, f"published-{outlet.name}", 1)
        if broken is not None:
            raise broken

    async def _released(self, now: datetime) -> AsyncIterator[Made]:
        """Release what fell due and was not released, in order; a run that fails stops those after it."""
        rules = self.bench.office.statistics
        since, over = await self.bench.store.releases.runs()
        for run in rhythm.runs(since, now, rules.layout, rules.publish_hour):
            if str(run) in over:
                continue
            try:
                made = await self._run(run, now)
            except Exception as trouble:
                await self._tell_once(run, trouble)
                raise
            await self.tell(said("held" if made.kept.held else "released", made.kept, link=self._link()))
            yield made

    async def _run(self, run: date, now: datetime) -> Made:
        period, as_of = rhythm.released_on(run)
        order = Order(period, as_of, self.bench.office.statistics.layout, by=By.CLOCK, run=str(run))
        try:
            return await releases.released(self.bench, order, now)
        except releases.Differs:
            # An officer released the same day before, and the register was corrected since.
            why = " / ".join(words.pair("heading", "corrected"))
            return await releases.released(
                self.bench, Order(period, as_of, order.layout, why, By.CLOCK, order.run), now
            )

    async def _tell_once(self, run: date, trouble: Exception) -> None:
        if await self.bench.store.retention.once("release-trouble", str(run)):
            what = "room" if isinstance(trouble, (OSError, DiskFull)) else "other"
            await self.tell(said("not_released", day=run, trouble=what))

    async def _posted(self, outlet: Outlet, now: datetime) -> bool:
        """Bring a place up to date if it is not, and if it is time to try; whether that was done."""
        store = self.bench.store.releases
        kept = readable(await store.all())
        if not kept:
            return False
        known = (await store.postings(kept[-1])).get(outlet.name) or Posting(outlet.name, now)
        # A clock that was set back must not let a place wait for years.
        if known.done or now < known.due <= now + LONGEST:
            return False
        try:
            link = await outlet.post([Shown(k, await releases.whole(self.bench, k, now)) for k in kept])
        except (Unposted, Lost) as trouble:
            await self._failed(outlet, kept[-1], known, trouble, now)
            return False
        await store.post(kept[-1], Posting(outlet.name, now, known.attempts + 1, done=True))
        await self.tell(said("posted", kept[-1], place=outlet.name, link=link))
        return True

    async def _failed(
        self, outlet: Outlet, kept: Kept, known: Posting, trouble: Unposted | Lost, now: datetime
    ) -> None:
        what = trouble.what if isinstance(trouble, Unposted) else "lost"
        pause = min(FIRST * 2 ** min(known.attempts, 10), LONGEST)
        failed = Posting(outlet.name, now + pause, known.attempts + 1, trouble=what)
        await self.bench.store.releases.post(kept, failed)
        if known.attempts % TOLD_EVERY == 0 or what != known.trouble:
            await self.tell(said("not_posted", kept, place=outlet.name, trouble=what))

    def _link(self) -> str:
        return self.site.rstrip("/") + AT if self.site else AT


def of(house: House, desk: Desk, tell: Tell) -> Rounds:
    """The rounds of the desk whose statistics are published, as the settings say. Raises Misconfigured."""
    bench, chosen = Bench(desk.place, desk.store, house.office), house.settings
    outlets: list[Outlet] = []
    if chosen.publish_folder is not None:
        from bot.publishing.folder_target import Folder
        from bot.web.templating import Pages

        outlets.append(Folder(chosen.publish_folder, Pages(house.office)))
    if chosen.wordpress_url is not None:
        from bot.publishing.wordpress_target import WordPress  # aiohttp costs a third of a second

        user, password = chosen.wordpress_login()
        site = chosen.desk(desk.name).public_url
        outlets.append(WordPress(chosen.wordpress_url, user, password, chosen.wordpress_page, site))
    return Rounds(bench, outlets, tell, chosen.desk(desk.name).public_url or "")


async def all_of(house: House, now: datetime) -> AsyncIterator[Did]:
    """The round of every desk: the complaints desk's statistics, the service desk's opinions and board."""
    broken: Exception | None = None
    for work in (opinions.all_of, qna.all_of):
        try:
            async for did in work(house, now):
                yield did
        except Exception as trouble:  # one work's trouble does not keep the others from being done
            broken = trouble
    if "complaints" in house.desks:
        desk = house.desks["complaints"]
        async for did in of(house, desk, told.by(desk.store, now)).go(now):
            yield did
    if broken is not None:
        raise broken
