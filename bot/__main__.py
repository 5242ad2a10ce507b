"""Entry point of `ita-bot` and `python -m bot`."""

from bot.cli.main import cli_app


def main() -> None:
    """Run the command line."""
    cli_app()


if __name__ == "__main__":
    main()
