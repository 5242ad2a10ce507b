"""The doors and the clock: the only package that touches the world."""
