"""The `ita-bot` command line.

Modules with commands import what opens the store inside the commands, so that `ita-bot version` starts quickly.
"""
