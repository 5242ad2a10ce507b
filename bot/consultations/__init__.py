"""Consultations, as the service desk's pages and chats read them."""
