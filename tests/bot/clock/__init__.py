"""Tests of bot.clock."""
