"""The dialog logic: every decision of a conversation, without any I/O."""
