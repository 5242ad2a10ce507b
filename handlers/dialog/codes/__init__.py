"""Tracking codes in texts: found, taken out before anything is kept, and asked about where they may be mistyped."""
