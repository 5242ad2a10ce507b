"""Another name of a file of a draft, which officers read in place of the first."""

from collections.abc import AsyncIterator

from handlers.dialog.effects import RenameDraftFile
from storage.store import Store
from tests.samples import make_png
from tests.storage.conftest import CANARY, NOW, StoredDesk, store_file


def test_a_file_of_a_draft_gets_another_name_and_keeps_its_content(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        file = await store_file(one, make_png(), f"{CANARY}.png")
        await ground.commit_acts(one, RenameDraftFile(file.id, "หลักฐาน 1.png"))
        meta = await one.evidence.load_meta(file.id)
        assert (meta.name, meta.size) == ("หลักฐาน 1.png", file.size)
        assert b"".join([piece async for piece in one.evidence.read_chunks(file.id)]) == make_png()
        await ground.commit_acts(one, RenameDraftFile("0" * 32, "ไม่มีไฟล์นี้"))  # gone meanwhile: nothing happens

    ground.run_scenario(scene)


def test_a_name_that_was_changed_while_the_file_came_stays_changed(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        file = await one.evidence.reserve(f"{CANARY}.png", NOW)

        async def pieces() -> AsyncIterator[bytes]:
            await ground.commit_acts(one, RenameDraftFile(file.id, "หลักฐาน 1.png"))
            yield make_png()

        assert await one.evidence.complete(file.id, pieces(), NOW) is not None
        assert (await one.evidence.load_meta(file.id)).name == "หลักฐาน 1.png"

    ground.run_scenario(scene)


def test_a_file_of_a_case_keeps_its_name(ground: StoredDesk) -> None:
    async def scene(one: Store) -> None:
        file = await store_file(one, make_png(), "ภาพ.png")
        await ground.file_complaint(one, files=(file,))
        await ground.commit_acts(one, RenameDraftFile(file.id, "อื่น.png"))
        assert (await one.evidence.load_meta(file.id)).name == "ภาพ.png"

    ground.run_scenario(scene)
