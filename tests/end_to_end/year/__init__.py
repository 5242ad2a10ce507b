"""A year of an office, day by day, in minutes."""
