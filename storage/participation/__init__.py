"""Published activities of participation."""
