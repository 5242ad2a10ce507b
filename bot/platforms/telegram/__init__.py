"""Telegram's door: what a person does there becomes an event of the talk, and what is said becomes messages."""
