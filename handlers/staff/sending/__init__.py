"""What officers send to reporters and askers, at both desks."""
