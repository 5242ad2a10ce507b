"""Statistics: from facts about anonymous cases to the tables and files of a release. No I/O."""
