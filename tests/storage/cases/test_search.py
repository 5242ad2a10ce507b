"""A search decrypts every case, a little in each turn of the loop."""

import pytest

from handlers.staff.complaints.messages import SearchCases
from storage.cases import search
from storage.store import Store
from tests.loop_turns import count_turns
from tests.storage.conftest import CANARY, NOW, StoredDesk

LENGTH = 20_000
CASES = 12


def test_a_search_in_long_reports_lets_others_in_between(
    ground: StoredDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "STEP_BYTES", 3 * LENGTH)

    async def scene(one: Store) -> None:
        for number in range(1, CASES + 1):
            await ground.file_complaint(one, number, answers={"story": CANARY + "a" * LENGTH})
        await one.announcements.announce_due(NOW.replace(year=NOW.year + 1))
        decrypt = search.decrypt_report
        async with count_turns() as turns:

            def decrypt_and_count(sealed: bytes, *rest: object) -> object:
                turns.add(len(sealed))
                return decrypt(sealed, *rest)  # type: ignore[arg-type]

            monkeypatch.setattr(search, "decrypt_report", decrypt_and_count)
            found = await one.answer_query(SearchCases(CANARY, "", all_officers=True, limit=CASES), NOW)
        assert len(found.cases) == CASES
        assert sum(turns.done.values()) >= CASES * LENGTH
        assert turns.most <= 3 * LENGTH
        assert len(turns.done) >= CASES // 3

    ground.run_scenario(scene)
