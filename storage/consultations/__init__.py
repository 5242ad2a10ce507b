"""Consultations and the responses to them."""
