"""Scores that are fitted to accuracies of trained networks, judged on the other networks."""
