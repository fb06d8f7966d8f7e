"""Frames in, frames out: rank correlations, metrics of search, comparisons, aggregates."""
