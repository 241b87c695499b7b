"""Training one fold: the tail of a network on cached features, or a network on images."""
