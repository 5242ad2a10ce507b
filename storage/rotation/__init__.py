"""Changing the keys of a desk: new versions, and everything that is stored encrypted anew under them."""
