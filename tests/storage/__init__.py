"""What a desk remembers: sealed, whole, and gone when it should be."""
