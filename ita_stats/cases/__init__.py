"""Counts of cases: facts, timelines, tables."""
