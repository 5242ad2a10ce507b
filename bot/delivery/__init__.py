"""Delivery of outbox messages, and download of files that people sent."""
