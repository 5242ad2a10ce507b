"""The officers' workspace, decided without a browser."""
