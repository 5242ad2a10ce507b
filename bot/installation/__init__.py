"""The first set-up of an office: questions in Thai, files, keys, accounts, invitations, the emergency kit."""
