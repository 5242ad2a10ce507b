"""The talk: every decision of a conversation, with no I/O at all."""
