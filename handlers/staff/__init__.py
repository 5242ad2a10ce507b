"""Officers triage cases by commands: pure, one small file a group of commands."""
