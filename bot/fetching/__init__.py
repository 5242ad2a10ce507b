"""Fetching what is public elsewhere."""
