"""Telegram's door beside two libraries' own ways, in one run: the same form, taps, texts and words."""
