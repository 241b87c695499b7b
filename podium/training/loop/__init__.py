"""The loop over epochs: Lightning, what it keeps, how it resumes."""
