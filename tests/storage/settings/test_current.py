"""Settings that were changed: over office.toml at once and after a restart, put back; the trail has no words."""

from datetime import UTC, date, datetime

from handlers.office import Bilingual, PlannedMaintenance
from handlers.staff.settings.messages import SETTINGS, SetOfficeSetting, SettingName
from storage.store import Store, open_store
from tests.in_memory_desk import OFFICE
from tests.storage.conftest import CANARY, NOW, StoredDesk

DAY = date(2026, 11, 22)
PLANNED = PlannedMaintenance(
    start=datetime(2026, 12, 5, 13, tzinfo=UTC), end=datetime(2026, 12, 5, 15, tzinfo=UTC)
)
VALUES = {
    SettingName.NOTICE: Bilingual(th=CANARY, en="moved"),
    SettingName.MAINTENANCE: PLANNED,
    SettingName.ANSWERS: (Bilingual(th="หนึ่ง"), Bilingual(th="สอง")),
}


def test_what_was_changed_holds_at_once_and_after_a_restart_until_it_is_put_back(ground: StoredDesk) -> None:
    async def change(store: Store) -> None:
        assert store.get_office(OFFICE) is OFFICE
        for name, value in VALUES.items():
            await ground.commit_acts(store, SetOfficeSetting(name, None, "s9", DAY))
            assert not getattr(store.get_office(OFFICE), SETTINGS[name].field)
            await ground.commit_acts(store, SetOfficeSetting(name, value, "s9", DAY))
        check(store)

    def check(store: Store) -> None:
        office = store.get_office(OFFICE)
        assert {name: getattr(office, SETTINGS[name].field) for name in SettingName} == VALUES
        assert store.get_office(OFFICE) is office

    async def restart(store: Store) -> None:
        check(store)
        assert await store.verify_audit() == []
        await ground.commit_acts(store, SetOfficeSetting(SettingName.ANSWERS, (), "s9", DAY))

    async def put_back(store: Store) -> None:
        assert store.get_office(OFFICE).canned == ()
        for name in SettingName:
            await ground.commit_acts(store, SetOfficeSetting(name, None, "s9", DAY, as_in_file=True))
        assert store.get_office(OFFICE) is OFFICE

    for scene in (change, restart, put_back):
        ground.run_scenario(scene)
    assert ground.execute_sql("SELECT * FROM office_settings") == []
    trail = {
        tuple(row) for row in ground.execute_sql("SELECT actor, what, ref FROM audit WHERE what LIKE 's%'")
    }
    assert trail == {("staff:s9", f"setting-{name}", "") for name in SettingName}


def test_a_row_that_cannot_be_read_leaves_the_setting_as_in_the_file(ground: StoredDesk) -> None:
    async def change(store: Store) -> None:
        for name, value in VALUES.items():
            await ground.commit_acts(store, SetOfficeSetting(name, value, "s9", DAY))

    async def read(store: Store) -> None:
        office = store.get_office(OFFICE)
        assert (office.announcement, office.canned) == (None, VALUES[SettingName.ANSWERS])

    ground.run_scenario(change)
    rows = ground.execute_sql("SELECT * FROM office_settings")
    assert CANARY.encode() not in b"".join(row[1] for row in rows)
    ground.execute_sql("UPDATE office_settings SET sealed = X'00' WHERE name = 'notice'")
    ground.run_scenario(read)


def test_what_another_process_changed_is_learned_where_it_is_looked_for(ground: StoredDesk) -> None:
    async def beside(server: Store) -> None:
        await server.refresh_settings()
        async with open_store(ground.key_files, NOW) as terminal:
            for name, value in VALUES.items():
                await ground.commit_acts(terminal, SetOfficeSetting(name, value, "s9", DAY))
            assert server.get_office(OFFICE) is OFFICE
            await server.refresh_settings()
            office = server.get_office(OFFICE)
            assert {name: getattr(office, SETTINGS[name].field) for name in SettingName} == VALUES
            await server.refresh_settings()
            assert server.get_office(OFFICE) is office
            await ground.commit_acts(
                terminal, SetOfficeSetting(SettingName.NOTICE, None, "s9", DAY, as_in_file=True)
            )
        await server.refresh_settings()
        assert server.get_office(OFFICE).announcement is OFFICE.announcement

    ground.run_scenario(beside)
