"""Signing in to the workspace with a passkey (WebAuthn), where the browser has scripts and the address has a name."""
