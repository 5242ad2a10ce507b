"""Many offices on one machine: a folder for each, chosen by name, and one command for all of them."""
