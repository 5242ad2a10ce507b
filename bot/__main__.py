"""Entry point of `ita-bot` and `python -m bot`."""

import sys


def main() -> None:
    """Run the command line; `version`, which monitoring asks for often, without loading the other commands."""
    if sys.argv[1:] == ["version"]:
        from importlib.metadata import version as installed

        sys.stdout.write(installed("ita-bot") + "\n")
        return
    from bot.cli.main import cli_app

    cli_app()


if __name__ == "__main__":
    main()
