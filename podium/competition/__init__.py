"""What was shipped: the raw download, its layout, its labels and the submission that it asks for."""
