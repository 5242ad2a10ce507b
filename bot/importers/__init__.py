"""Files that officers bring in, parsed and checked."""
