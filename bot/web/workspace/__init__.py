"""The officers' workspace: `/staff`, and for each desk pages from which it is worked."""
