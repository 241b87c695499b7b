"""What a trained fold leaves: its card, its pictures, its key."""
