"""What the views of the service desk show."""
