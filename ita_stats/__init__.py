"""The counting: nameless facts become the tables of a release. No I/O."""
