"""Runs proxies over tabular benchmarks and says how well their scores rank the trained accuracies."""
