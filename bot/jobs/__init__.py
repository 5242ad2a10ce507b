"""What runs by the clock: housekeeping and publishing."""
