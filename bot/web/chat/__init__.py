"""The dialogue on web pages, with forms instead of chat messages."""
