"""The officers' workspace: pages from which a desk is worked, with the same handlers as its chats."""
