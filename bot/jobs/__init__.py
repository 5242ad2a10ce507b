"""Scheduled jobs: housekeeping and publishing."""
