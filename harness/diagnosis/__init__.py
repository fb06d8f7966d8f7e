"""What is there of what a run needs, and what mends the rest."""
