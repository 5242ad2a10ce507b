"""The clerk's form and slips: exact tests."""
