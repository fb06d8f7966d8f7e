"""What moved since a baseline: scores, correlations, verdicts and summaries."""
