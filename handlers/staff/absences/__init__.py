"""Absences of the staff, and who stands in."""
