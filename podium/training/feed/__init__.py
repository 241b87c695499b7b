"""Rows, inputs and pictures, in the order in which the tail sees them."""
