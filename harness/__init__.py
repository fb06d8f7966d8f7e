"""Runs proxies over tabular benchmarks and says how well scores rank trained accuracies."""
