"""Which image is validated in which fold: stratified, groups whole, the same whatever the row order."""
