"""What the tail is fed: features that the frozen part gave once, or images."""
