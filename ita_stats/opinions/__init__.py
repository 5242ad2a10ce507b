"""Results of public opinion: counted, suppressed, and rendered in every published form."""
