"""What runs in the suite's environment; it imports nothing of tcgen."""
