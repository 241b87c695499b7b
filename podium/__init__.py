"""Podium: from a competition zip to a scored submission."""
