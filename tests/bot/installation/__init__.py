"""Tests of `ita-bot init`."""
