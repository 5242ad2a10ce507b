"""Officer commands of the service desk."""
