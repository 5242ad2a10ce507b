"""What the views of the head, the auditor and whoever runs the channel show."""
