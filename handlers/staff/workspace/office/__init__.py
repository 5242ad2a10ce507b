"""What the views for the head, the auditor and whoever runs the channel show."""
