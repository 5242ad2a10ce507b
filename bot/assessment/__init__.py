"""What an assessor is shown: each element checked live, and the documents made of it."""
