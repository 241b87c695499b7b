"""One file a task, named as competition.json names it."""
