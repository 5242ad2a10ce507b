"""The keeping: one desk's memory, sealed, in one database."""
