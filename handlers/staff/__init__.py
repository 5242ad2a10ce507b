"""Commands of officers: what they type, who may give it, and what each command does."""
