"""Pictures that strangers sent, decoded in a process that can do nothing else."""
