"""Keys, encryption and keyed hashes."""
