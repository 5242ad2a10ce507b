"""Slips: who told an officer makes a tracking code with a one-time code, and reads what was written down."""
