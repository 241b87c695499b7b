"""The project itself: its parameters checked, its code listed, its first steps, its folds side by side."""
