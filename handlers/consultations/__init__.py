"""Responses of citizens to a consultation."""
