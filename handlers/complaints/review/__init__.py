"""What a person sees before a complaint is sent: what was told, what was understood from it, and what is missing."""
