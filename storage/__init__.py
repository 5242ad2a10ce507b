"""Storage of one desk: its encrypted database, evidence files and keys."""
