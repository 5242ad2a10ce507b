"""Old registers in the database: reversing an import, and the words that somebody explained."""
