"""Encrypted evidence files on disk."""
