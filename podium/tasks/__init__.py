"""What a competition asks for: one class, several labels, a grade or a number; all that depends on it."""
