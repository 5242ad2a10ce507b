"""The officers' page: one case, opened by a link for one use, with its files and a reply."""
