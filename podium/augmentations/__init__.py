"""Offline augmentation: policies by name, one file each, imported only when chosen."""
