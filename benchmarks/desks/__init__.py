"""Desks to be measured, and the citizens who write to them."""
