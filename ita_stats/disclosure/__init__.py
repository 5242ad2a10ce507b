"""Disclosure control: small numbers are protected by complementary suppression."""
