"""Cases on one matter: exact tests."""
