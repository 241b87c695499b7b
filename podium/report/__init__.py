"""The report: one self-contained page of pictures and numbers about the last run."""
