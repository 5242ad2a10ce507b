"""Questions and answers: asking, the FAQ search, follow-ups."""
