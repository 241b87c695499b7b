"""DVC's stages as tasks over machines: each worker has a clone of its own, Dask hands out the work."""
