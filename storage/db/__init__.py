"""The database: one writer with group commit, batched reads."""
