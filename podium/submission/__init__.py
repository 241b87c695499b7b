"""The file in exactly the sample's form, and its score."""
