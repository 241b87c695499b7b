"""Model selection: what `auto` becomes, by out-of-fold evidence on the user's own images."""
