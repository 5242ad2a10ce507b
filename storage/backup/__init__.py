"""Backups: a copy of the desks that can be kept for a year, and the ledger of keys that opens it."""
