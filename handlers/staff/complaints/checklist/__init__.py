"""The checklist of a kind of case, from office.toml, which closing needs ticked or excused."""
