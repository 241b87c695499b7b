"""The winning members as a folder that predicts by itself, with the pipeline's own modules."""
