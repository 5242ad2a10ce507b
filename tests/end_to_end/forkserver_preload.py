"""Everything that `ita-bot` imports, so that those who are born here need not."""
