"""Our Telegram adapter compared with two libraries in one run: the same form, taps, texts and answers."""
