"""Earlier experiments' predictions and models, by revision."""
