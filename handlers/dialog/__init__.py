"""The dialog framework: events, sessions, replies, forms, choices."""
