"""Chat platforms, each in a module or folder of its own."""
