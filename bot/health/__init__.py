"""Whether an installation is in order, before something breaks."""
