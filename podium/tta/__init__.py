"""Test-time augmentation: views of an image, and how their predictions become one."""
