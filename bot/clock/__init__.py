"""Whether this machine's clock can be believed: what waits while it cannot, and who says that it can."""
