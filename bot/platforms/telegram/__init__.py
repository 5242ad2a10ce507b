"""Telegram: webhook or polling in, Bot API calls out."""
