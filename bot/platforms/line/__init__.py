"""LINE: webhook in, replies and pushes out."""
