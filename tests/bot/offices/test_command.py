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
