"""What the statistics print and is not counted."""
