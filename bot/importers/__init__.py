"""Importers: files of the office, parsed and validated."""
