"""Linear models with closed forms or few steps: the probe, the SVM."""
