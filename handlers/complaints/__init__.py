"""Complaints: the form, the lifecycle of a case, tracking by receipt, deadlines, conflicts of interest, import."""
