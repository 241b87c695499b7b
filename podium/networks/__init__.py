"""Networks by name: built, given weights, and cut where training begins."""
