"""One thin script a stage: read artifacts, call podium, write artifacts."""
