"""Tests of bot/web/workspace."""
