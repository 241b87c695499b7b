"""Forms of a submission's values: read from the sample, written to its cells."""
