"""What stages hand to each other: one module an artifact, checked when written and when read."""
