"""Registers that were imported: which there are, and reversing one."""
