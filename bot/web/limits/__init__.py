"""Limits against floods: forms of a network, bodies and connections held at once."""
