"""The officers' workspace over real HTTP."""
