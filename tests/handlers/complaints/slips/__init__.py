"""Slips: exact tests of their handlers."""
