"""Kinds of files."""
