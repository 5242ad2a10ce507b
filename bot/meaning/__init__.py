"""The encoder that reads what texts mean, in a process of its own without keys."""
