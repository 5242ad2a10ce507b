"""Statistics of cases, for the command line, the chat and releases."""
