"""`ita-bot export`: a file readable only by its owner, never overwriting another, and a password on the screen."""

import asyncio
import stat
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
import typer

from bot.cli.export_case import export_case
from handlers.thai.dates import BUDDHIST_ERA
from storage.store import Store
from tests.storage.conftest import StoredDesk


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ground, now = StoredDesk(tmp_path / "var"), datetime.now(UTC)
    monkeypatch.setenv("ITA_HOME", str(ground.home))
    monkeypatch.chdir(tmp_path)

    async def scene(one: Store) -> None:
        await ground.file_complaint(one, at=now)

    ground.run_scenario(scene, now)
    ((number, year),) = ground.execute_sql("SELECT number, fiscal_year FROM cases")
    assert year - BUDDHIST_ERA in {now.year, now.year + 1}
    out = tmp_path / "เรื่อง.pdf"
    assert asyncio.run(export_case(f"{number}/{year}", "complaints", out)) == 0
    password = capsys.readouterr().out.strip()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    with pikepdf.open(out, password=password) as opened:
        assert opened.encryption.bits == 256
    before = out.read_bytes()
    with pytest.raises(typer.BadParameter, match="cannot be written"):
        asyncio.run(export_case(f"{number}/{year}", "complaints", out))
    assert out.read_bytes() == before
    assert asyncio.run(export_case(f"99/{year}", "complaints", tmp_path / "ข.pdf")) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert f"99/{year}" in told.err
    assert not (tmp_path / "ข.pdf").exists()
    for wrong in ("สิบสอง", "12"):
        with pytest.raises(typer.BadParameter, match="no register number"):
            asyncio.run(export_case(wrong, "complaints", out))
