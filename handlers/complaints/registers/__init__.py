"""Registers as offices keep them: what their columns, rows, days and words mean."""
