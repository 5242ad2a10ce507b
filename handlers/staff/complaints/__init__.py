"""Officer commands of the complaints desk."""
