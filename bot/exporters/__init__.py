"""Exports: files that officers take out of the system."""
