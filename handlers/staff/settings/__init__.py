"""Settings of the office that may be changed while it runs, over those of office.toml."""
