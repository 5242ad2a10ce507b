"""Feedback that citizens give at any time."""
