"""Podium's own networks, one file each, named as in params.yaml's `model`; imported only when chosen."""
