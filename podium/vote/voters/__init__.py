"""One file a voter, named as params name it."""
