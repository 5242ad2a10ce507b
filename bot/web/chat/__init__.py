"""The dialogue on web pages, with forms instead of bubbles."""
