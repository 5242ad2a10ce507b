"""Adapters, web pages, commands and scheduled jobs: the only package that does input and output to the outside."""
