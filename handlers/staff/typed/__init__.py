"""What officers type: numbers and words for what was shown last, and commands that are mistyped."""
