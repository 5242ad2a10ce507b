"""How fast a message is, beside the bare limit of the same machine in the same run."""
