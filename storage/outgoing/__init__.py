"""The outbox and scheduled replies."""
