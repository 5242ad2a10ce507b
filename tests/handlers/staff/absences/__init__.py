"""Absences: exact tests."""
