"""Images that show the same: found by bytes, pixels, and perceptual hash with embedding."""
