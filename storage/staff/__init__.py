"""Staff members, their rights of access and their notifications."""
