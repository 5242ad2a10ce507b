"""Publishing of statistics, opinions and the question board: on our own site, in a folder, in WordPress."""
