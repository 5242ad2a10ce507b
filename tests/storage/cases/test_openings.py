"""When a case was opened with its receipt: kept under the key of the case, for who has the receipt alone."""

from datetime import date

import pytest
from sqlalchemy import select

from handlers.complaints.messages import CaseOpening, RecordCaseOpening
from handlers.dialog.events import Channel
from storage import tables
from storage.store import Store
from tests.storage.conftest import StoredDesk, load_reporter_case

OPENED = tables.cases.c.opened


async def read_sealed(one: Store) -> bytes | None:
    async with one._reader.connect() as connection:
        return await connection.scalar(select(OPENED))


@pytest.mark.parametrize("channel", list(Channel))
def test_the_last_opening_takes_the_place_of_the_one_before(ground: StoredDesk, channel: Channel) -> None:
    async def scene(one: Store) -> None:
        receipt = await ground.file_complaint(one)
        case = await load_reporter_case(one, receipt)
        assert case.last_opening is None
        sizes = {len(await read_sealed(one) or b"")}
        for day in (1, 30):
            opening = CaseOpening(date(2026, 11, day), channel)
            await ground.commit_acts(one, RecordCaseOpening(case.id, opening))
            assert (await load_reporter_case(one, receipt)).last_opening == opening
            sizes.add(len(await read_sealed(one) or b""))
        assert len(sizes) == 1  # the size of the row does not tell whether anybody came back

    ground.run_scenario(scene)
    everything = ground.read_all_bytes()
    assert b"2026-11-30" not in everything


def test_a_case_that_was_erased_meanwhile_is_left_alone(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        await ground.commit_acts(
            one, RecordCaseOpening("0" * 32, CaseOpening(date(2026, 11, 1), Channel.WEB))
        )
        assert await read_sealed(one) is None

    ground.run_scenario(scene)
