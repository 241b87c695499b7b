"""One policy a file: `Settings`, and `build(settings, flips) -> Policy`. The file's name is the policy's."""
