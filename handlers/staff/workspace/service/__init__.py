"""What the views of the service desk show: questions, the FAQ, consultations, opinions."""
