"""Backups: making them, restoring them, rehearsing that, and what is remembered of it."""
