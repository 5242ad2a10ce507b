"""Whom a complaint accuses, and who is left to read it."""
