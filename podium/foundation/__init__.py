"""What every room may use: errors, files, params, the run, entry and exit, the scratch store."""
