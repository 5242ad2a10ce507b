"""Evidence for an assessment."""
