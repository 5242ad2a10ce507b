"""The dialogue framework: events, sessions, replies, forms, choices."""
