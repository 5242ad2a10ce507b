"""The encoder's process."""
