"""The officers' page: one case, opened by a single-use link."""
