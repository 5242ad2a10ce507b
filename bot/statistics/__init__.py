"""Statistics as the command line and the chat ask for them."""
