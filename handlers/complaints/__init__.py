"""Complaints: the form, the life of a case, tracking by code."""
