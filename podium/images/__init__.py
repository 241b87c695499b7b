"""Images from hostile bytes to pixels: opening, auditing, shards, squares."""
