"""Cases: written by reporters and officers, read by both, and deleted in time."""
