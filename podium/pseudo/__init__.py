"""Pseudo-labels: what an earlier experiment's models say of images without labels."""
