"""Files that officers take out."""
