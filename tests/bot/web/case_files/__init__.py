"""Files of a case, as pages and streams."""
