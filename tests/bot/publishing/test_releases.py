"""A release is made once and kept; a correction says what changed; a failure midway changes nothing."""

import base64
import json
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from bot.publishing.releases import (
    CorrectionReasonRequiredError,
    EarlierCutoffError,
    NoReleaseToCorrectError,
    ReleaseContext,
    ReleaseFilesLostError,
    ReleaseResult,
    approve_release,
    count_release_steps,
    ensure_release_files,
    make_release,
    read_folder_files,
    verify_release_folder,
)
from bot.publishing.signing import encode_public_key, verify_anchor
from ita_stats.period import PeriodError
from ita_stats.release import (
    ANCHOR_FILE,
    MANIFEST_FILE,
    MANIFEST_SCHEMA_FILE,
    STATISTICS_FILE,
    parse_manifest,
)
from ita_stats.render import RELEASE_FILE_TYPES
from ita_stats.render.json_text import parse_release_info, parse_statistics
from storage.audit import AuditAnchor
from storage.files import atomic_write
from storage.files.atomic_write import write_new_file
from tests.bot.publishing.release_desk import (
    END,
    NOW,
    ReleaseDesk,
    make_busy_desk,
    make_late_case,
    make_release_request,
    patch_attributes,
)
from tests.ita_stats.cases.sample_facts import make_year_of_facts


def content(made: ReleaseResult) -> dict[str, bytes]:
    """The files of a release."""
    return dict(read_folder_files(made.folder))


def test_a_release_is_whole_and_its_owners_alone(tmp_path: Path) -> None:
    ground = make_busy_desk(tmp_path / "var")
    made = ground.make_release()
    files = content(made)
    assert files.keys() == {*RELEASE_FILE_TYPES, MANIFEST_SCHEMA_FILE, MANIFEST_FILE, ANCHOR_FILE}
    assert verify_release_folder(made.folder) == []
    found = parse_manifest(files[MANIFEST_FILE])
    assert (found.name, found.period.code, found.as_of, found.corrects) == ("1/2569", "fy2569", END, None)
    assert {f.name: f.sha256 for f in found.files} == {
        name: sha256(files[name]).hexdigest() for name in (*RELEASE_FILE_TYPES, MANIFEST_SCHEMA_FILE)
    }
    assert (made.record.manifest, made.record.figures) == (files[MANIFEST_FILE], files[STATISTICS_FILE])
    modes = {p.stat().st_mode & 0o777 for p in made.folder.iterdir()}
    assert (modes, made.folder.stat().st_mode & 0o777) == ({0o600}, 0o700)
    assert ground.list_release_folders() == ["2569", "2569/1"]


def test_the_same_order_again_finds_the_same_release(tmp_path: Path) -> None:
    ground = make_busy_desk(tmp_path / "var")
    one, two = ground.make_release(), ground.make_release(now=NOW + timedelta(days=9))
    assert (one.is_new, two.is_new, one.folder) == (True, False, two.folder)
    assert one.record == two.record
    assert ground.list_release_folders() == ["2569", "2569/1"]


def test_the_same_facts_and_keys_give_the_same_bytes_elsewhere(tmp_path: Path) -> None:
    here, there = make_busy_desk(tmp_path / "here"), ReleaseDesk(tmp_path / "there")
    there.paths.key_paths["pepper"].parent.mkdir(parents=True)
    for name, path in here.paths.key_paths.items():
        there.paths.key_paths[name].write_bytes(path.read_bytes())
        there.paths.key_paths[name].chmod(0o600)
    there.write_facts(make_year_of_facts(1, 60))
    one, two = content(here.make_release()), content(there.make_release(now=NOW + timedelta(hours=5)))
    anchors = one.pop(ANCHOR_FILE), two.pop(ANCHOR_FILE)
    assert one == two
    assert anchors[0] != anchors[1]  # only this file says when it was made


def test_numbers_count_by_the_fiscal_year_of_the_period(tmp_path: Path) -> None:
    ground = make_busy_desk(tmp_path / "var")
    orders = (
        make_release_request(),
        make_release_request("2569Q4"),
        make_release_request("fy2568"),
        make_release_request("cy2568H2"),
    )
    assert [ground.make_release(o).record.name for o in orders] == ["1/2569", "2/2569", "1/2568", "2/2568"]


def test_a_correction_says_what_changed_and_why(tmp_path: Path) -> None:
    ground = make_busy_desk(tmp_path / "var")
    first = ground.make_release()
    before = parse_statistics(first.record.figures)
    ground.write_facts(make_late_case())
    with pytest.raises(CorrectionReasonRequiredError) as found:
        ground.make_release()
    assert found.value.name == "1/2569"
    told = {note.code: note.th for note in found.value.changed}
    was = before.total.received
    assert was is not None
    assert told["total//received"] == f"รวม: รับไว้ จาก {was} เป็น {was + 1}"
    second = ground.make_release(make_release_request(why="พบหนังสือที่ยังไม่ลงรับ"))
    issue = parse_release_info(second.record.figures)
    assert issue is not None
    assert (issue.number, issue.corrects, issue.why) == (2, 1, "พบหนังสือที่ยังไม่ลงรับ")
    said = {note.code: note.th for note in issue.changes}
    assert said.keys() == told.keys()
    assert said["total//received"] == told["total//received"]
    page = (second.folder / "statistics.html").read_text("utf-8")
    assert "สิ่งที่แก้ไขจากฉบับที่ 1" in page
    assert "พบหนังสือที่ยังไม่ลงรับ" in page
    assert verify_release_folder(second.folder) == []
    assert verify_release_folder(first.folder) == []
    again = ground.make_release(make_release_request(why="พบหนังสือที่ยังไม่ลงรับ"))
    assert (again.is_new, again.record) == (False, second.record)
    assert ground.make_release().record == second.record


def test_a_reason_that_corrects_nothing_is_refused(tmp_path: Path) -> None:
    ground = make_busy_desk(tmp_path / "var")
    ground.make_release()
    with pytest.raises(NoReleaseToCorrectError):
        ground.make_release(make_release_request("2569H1", why="พิมพ์ผิด"))
    with pytest.raises(EarlierCutoffError):
        ground.make_release(make_release_request(as_of=date(2026, 8, 31), why="พิมพ์ผิด"))
    with pytest.raises(PeriodError):
        ground.make_release(make_release_request(as_of=date(2026, 10, 1), text="fy2570"))
    assert ground.list_release_folders() == ["2569", "2569/1"]


def test_a_reason_alone_is_a_new_release_too(tmp_path: Path) -> None:
    ground = make_busy_desk(tmp_path / "var")
    ground.make_release()
    second = ground.make_release(make_release_request(why="ชื่อสำนักงานสะกดผิด"))
    issue = parse_release_info(second.record.figures)
    assert issue is not None
    assert (second.is_new, issue.changes, issue.corrects) == (True, (), 1)


def test_a_break_at_any_write_leaves_what_was_there(tmp_path: Path) -> None:
    ground = make_busy_desk(tmp_path / "var")
    first = ground.make_release(make_release_request("2569Q1", date(2025, 12, 31)))
    shelf_before, files_before = ground.list_release_folders(), content(first)
    writing = write_new_file

    async def scene(bench: ReleaseContext) -> None:
        for broken in range(len(RELEASE_FILE_TYPES) + 3):
            left = iter(range(broken))

            def full(path: Path, data: bytes, mode: int, left: Any = left) -> None:
                if next(left, None) is None:
                    path.write_bytes(data[: len(data) // 2])
                    raise OSError(28, "No space left on device", str(path))
                writing(path, data, mode)

            with (
                patch_attributes(atomic_write, write_new_file=full),
                pytest.raises(OSError, match="No space"),
            ):
                await make_release(bench, make_release_request(), NOW)
            assert (ground.list_release_folders(), content(first)) == (shelf_before, files_before)

    ground.run_scenario(scene)
    assert ground.make_release().record.name == "2/2569"


def test_killed_between_shelf_and_register_it_is_made_again(tmp_path: Path) -> None:
    ground = make_busy_desk(tmp_path / "var")

    async def dies(bench: ReleaseContext) -> None:
        async def never(*_: object) -> None:
            raise KeyboardInterrupt

        with patch_attributes(bench.store.releases, save=never):
            await make_release(bench, make_release_request(), NOW)

    with pytest.raises(KeyboardInterrupt):
        ground.run_scenario(dies)
    assert ground.list_release_folders() == ["2569", "2569/1"]
    (ground.paths.folder / "releases/2569/1/statistics.csv").write_bytes(b"half")
    made = ground.make_release()
    assert (made.record.name, made.is_new, verify_release_folder(made.folder)) == (
        "1/2569",
        True,
        [],
    )
    assert ground.list_release_folders() == ["2569", "2569/1"]


def test_files_that_are_gone_are_made_again_from_what_is_remembered(tmp_path: Path) -> None:
    ground = make_busy_desk(tmp_path / "var")
    made = ground.make_release()
    files = content(made)
    (made.folder / "statistics.pdf").unlink()
    assert not ground.make_release().is_new
    (made.folder / "statistics.csv").write_bytes(b"evil")
    again = ground.make_release()
    assert {n: c for n, c in content(again).items() if n != ANCHOR_FILE} == {
        n: c for n, c in files.items() if n != ANCHOR_FILE
    }
    assert verify_release_folder(again.folder) == []


def test_another_version_does_not_pass_its_own_files_off(tmp_path: Path) -> None:
    ground = make_busy_desk(tmp_path / "var")
    made = ground.make_release()
    (made.folder / "statistics.pdf").unlink()

    async def scene(bench: ReleaseContext) -> None:
        with pytest.raises(ReleaseFilesLostError):
            await ensure_release_files(bench, replace(made.record, manifest=b"another"), NOW)

    ground.run_scenario(scene)
    assert not (made.folder / "statistics.pdf").exists()


def test_two_at_once_make_one(tmp_path: Path) -> None:
    import asyncio

    ground = make_busy_desk(tmp_path / "var")

    async def scene(bench: ReleaseContext) -> list[ReleaseResult]:
        return await asyncio.gather(*(make_release(bench, make_release_request(), NOW) for _ in range(3)))

    made = ground.run_scenario(scene)
    assert sorted(m.is_new for m in made) == [False, False, True]
    assert {m.record.name for m in made} == {"1/2569"}


def test_held_until_somebody_lets_it_go(tmp_path: Path) -> None:
    ground = make_busy_desk(tmp_path / "var").with_rules(hold=True)
    made = ground.make_release()
    assert made.record.held

    async def scene(bench: ReleaseContext) -> None:
        for wrong in ("", "1", "2/2569", "1/2570", "x/2569", "1/" + "9" * 30):
            with pytest.raises(LookupError):
                await approve_release(bench, wrong, NOW)
        await approve_release(bench, " ๑/๒๕๖๙ ", NOW)
        await approve_release(bench, "1/2569", NOW)
        assert [kept.held for kept in await bench.store.releases.list_all()] == [False]

    ground.run_scenario(scene)


def test_the_signature_is_the_desks_and_of_this_manifest(tmp_path: Path) -> None:
    ground, other = make_busy_desk(tmp_path / "one"), make_busy_desk(tmp_path / "two")
    made, theirs = ground.make_release(), other.make_release()

    async def key(bench: ReleaseContext) -> str:
        return encode_public_key(bench.store.keyring)

    mine, foreign = ground.run_scenario(key), other.run_scenario(key)
    assert len(base64.b64decode(mine)) == 32
    assert verify_release_folder(made.folder, mine) == []
    (finding,) = verify_release_folder(made.folder, foreign)
    assert "another key" in finding
    anchor, manifest = (made.folder / ANCHOR_FILE).read_bytes(), (made.folder / MANIFEST_FILE).read_bytes()
    assert "of another manifest" in verify_anchor(anchor, manifest + b" ")[0]
    told = json.loads(anchor)
    for forged in ("", "AAAA", "@", json.loads((theirs.folder / ANCHOR_FILE).read_bytes())["signature"]):
        changed_ = json.dumps({**told, "signature": forged}).encode()
        assert verify_anchor(changed_, manifest) == ["anchor.json: the signature does not hold"]
    assert verify_anchor(b"{}", manifest) == ["anchor.json is not the anchor of a release"]


def test_the_anchor_holds_the_head_of_the_trail(tmp_path: Path) -> None:
    ground = make_busy_desk(tmp_path / "var")
    ground.make_release()
    second = ground.make_release(make_release_request("2569Q1"))
    head = AuditAnchor.model_validate(json.loads((second.folder / ANCHOR_FILE).read_bytes())["audit"])
    assert head.count == 1

    async def scene(bench: ReleaseContext) -> None:
        assert await bench.store.verify_audit(head) == []

    ground.run_scenario(scene)


def test_what_was_done_to_a_release_is_found(tmp_path: Path) -> None:
    made = make_busy_desk(tmp_path / "var").make_release()
    (made.folder / "extra").mkdir()
    assert verify_release_folder(made.folder) == ["extra is no file"]
    (made.folder / "extra").rmdir()
    (made.folder / "ก.html").write_bytes(b"")
    assert verify_release_folder(made.folder) == ["ก.html is in no manifest"]
    (made.folder / "ก.html").unlink()
    (made.folder / ANCHOR_FILE).unlink()
    assert verify_release_folder(made.folder) == ["anchor.json is missing"]


def test_progress_is_told_step_by_step(tmp_path: Path) -> None:
    ground = make_busy_desk(tmp_path / "var")
    heard: list[tuple[int, int, str]] = []

    async def scene(bench: ReleaseContext) -> None:
        await make_release(bench, make_release_request(), NOW, lambda *told: heard.append(told))

    ground.run_scenario(scene)
    assert [step for step, _, _ in heard] == list(range(1, count_release_steps() + 1))
    assert {steps for _, steps, _ in heard} == {count_release_steps()}
