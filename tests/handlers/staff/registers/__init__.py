"""Tests of what officers see of imports."""
