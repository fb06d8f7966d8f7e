"""Searches by a proxy's scores: which architectures are scored, which are trained, what is found.

Training is a look-up in the benchmark's table.
"""
