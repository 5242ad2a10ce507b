"""Tests of passkeys in the web application."""
