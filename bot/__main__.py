"""The way in: `ita-bot`, or `python -m bot`."""

from bot.cli.main import cli_app


def main() -> None:
    """Run the command."""
    cli_app()


if __name__ == "__main__":
    main()
