"""Tests of the files that an office serves with (docs/deploy)."""
