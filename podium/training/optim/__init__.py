"""How the tail learns: optimizers, schedules, unfreezing, mixing."""
