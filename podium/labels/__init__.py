"""Labels: the user's corrections, the suspects that a model finds, and what is done about them."""
