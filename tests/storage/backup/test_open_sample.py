"""Random cases are opened as a reader would, and what does not open is found."""

from storage.backup.open_sample import open_random_things
from storage.store import Store
from tests.storage.conftest import NOW, StoredDesk, ground, store_file

__all__ = ["ground"]


def test_what_is_whole_has_no_findings(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        file = await store_file(store, b"%PDF-" + bytes(3000), "a.pdf", NOW)
        await ground.file_complaint(store, 1, files=(file,), identity={"name": "ก"})
        ground.execute_sql("UPDATE files SET day = NULL")
        assert await open_random_things(store, store.evidence.folder, 10) == []

    ground.run_scenario(scene)


def test_a_damaged_row_of_any_kind_is_found(ground: StoredDesk) -> None:
    async def scene(store: Store) -> None:
        for number in (1, 2, 3, 4):
            file = await store_file(store, b"%PDF-" + bytes(3000), "a.pdf", NOW)
            await ground.file_complaint(store, number, files=(file,), identity={"name": "ก"})
        ground.execute_sql(
            "UPDATE cases SET report = x'0102' WHERE number = 1",
            "UPDATE envelopes SET sealed = x'0102' WHERE case_id = (SELECT id FROM cases WHERE number = 2)",
            "DELETE FROM history WHERE case_id = (SELECT id FROM cases WHERE number = 3)",
            "INSERT INTO history SELECT id, 1, '2026-11-22', 'filed', 'reporter', NULL, NULL, NULL, x'01'"
            " FROM cases WHERE number = 3",
            "UPDATE files SET sealed = x'0102', day = NULL",
        )
        assert len(await open_random_things(store, store.evidence.folder, 10)) == 4
        assert len(await open_random_things(store, store.evidence.folder, 2)) == 2

    ground.run_scenario(scene)
