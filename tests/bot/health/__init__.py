"""Tests of `ita-bot doctor`, warnings and metrics."""
