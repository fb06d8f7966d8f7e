"""Whole files or none: CSV, journals of JSON lines, records of runs."""
