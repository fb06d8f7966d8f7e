"""Pickles of results, read without Python's unpickler: nothing in them is executed."""

from benchmarks_data.formats.pickles.calls import Foreign, PickleError
from benchmarks_data.formats.pickles.stream import PickleStream

__all__ = ["Foreign", "PickleError", "PickleStream"]
