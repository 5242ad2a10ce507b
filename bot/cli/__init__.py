"""The `ita-bot` command."""
