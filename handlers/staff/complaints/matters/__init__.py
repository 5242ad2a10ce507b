"""Reports of one matter, which officers work as one case."""
