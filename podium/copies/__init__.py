"""Copies of training images: how many each source gets, their rendering, and where finished ones wait."""
