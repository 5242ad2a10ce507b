"""The option that chooses an office ends a command that has none."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from bot.offices.command import choose_office
from tests.bot.offices.test_folders import root

__all__ = ["root"]


@pytest.mark.parametrize(("chosen", "code"), [([], 0), (["--office", "korat"], 0), (["--office", "nan"], 78)])
def test_an_office_that_is_not_there_ends_with_78(root: Path, chosen: list[str], code: int) -> None:
    app = typer.Typer()
    app.callback()(choose_office)

    @app.command()
    def show() -> None:
        typer.echo(Path.cwd().name)

    done = CliRunner().invoke(app, [*chosen, "show"])
    assert done.exit_code == code
    assert ("korat" in done.stdout) == ("korat" in chosen)


@pytest.mark.parametrize("name", ["backup", "run", "tick"])
def test_an_office_that_shares_a_folder_is_not_written_for(root: Path, name: str) -> None:
    for office in ("korat", "phayao"):
        (root / office / ".env").write_text("ITA_BACKUP_DIR=../backup\n")
    app = typer.Typer()
    app.callback()(choose_office)
    done = list[str]()
    app.command(name)(lambda: done.append(name))
    app.command("doctor")(lambda: done.append("doctor"))
    refused = CliRunner().invoke(app, ["--office", "korat", name])
    assert (refused.exit_code, done) == (78, [])
    assert CliRunner().invoke(app, ["--office", "korat", "doctor"]).exit_code == 0
    assert done == ["doctor"]
