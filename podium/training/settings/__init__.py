"""What `auto` became, and which settings contradict each other."""
