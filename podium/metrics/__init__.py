"""The competitions' metrics: their names (light), what they compute, and how sure a score is."""
