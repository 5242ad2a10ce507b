"""The way in: `ita-bot`, or `python -m bot`."""

from bot.cli.main import app


def main() -> None:
    """Run the command."""
    app()


if __name__ == "__main__":
    main()
