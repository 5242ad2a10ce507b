"""Questions, answers and the FAQ."""
