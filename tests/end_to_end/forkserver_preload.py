"""Imports everything that `ita-bot` imports, so that forked programs need not."""
