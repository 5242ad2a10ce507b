"""Settings of the office that were changed while it runs."""
