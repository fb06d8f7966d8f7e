"""Runs of pairs in a pickle, of a key and a float, which are read at once.

Regular expressions for their bytes.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np

#: Texts of fewer bytes than this are read in runs.
SHORT = 64
#: key and float -> bytes of such a pair, and how the keys are read. Runs of these fill the
#: dictionaries of results by epoch.
RUNS = (
    (re.compile(rb"(?:K[\x00-\xff]G[\x00-\xff]{8}){2,}", re.DOTALL), 2, "u1", False),
    (re.compile(rb"(?:M[\x00-\xff]{2}G[\x00-\xff]{8}){2,}", re.DOTALL), 3, "<u2", False),
    (re.compile(rb"(?:h[\x00-\xff]G[\x00-\xff]{8}){2,}", re.DOTALL), 2, "u1", True),
    (re.compile(rb"(?:j[\x00-\xff]{4}G[\x00-\xff]{8}){2,}", re.DOTALL), 5, "<u4", True),
)
STARTS = {ord("K"): 0, ord("M"): 1, ord("h"): 2, ord("j"): 3}


@cache
def text_run(length: int) -> tuple[re.Pattern[bytes], np.dtype[Any]]:
    """Return what matches a run of texts of so many bytes, each remembered and followed by a float,
    and how such a pair is read.
    """
    size = re.escape(bytes([length, 0, 0, 0]))
    pattern = re.compile(
        rb"(?:X" + size + rb"[\x00-\xff]{%d}r[\x00-\xff]{4}G[\x00-\xff]{8})+" % length
    )
    fields = [
        ("x", "S1"),
        ("size", "<u4"),
        ("key", f"V{length}"),
        ("r", "S1"),
        ("number", "<u4"),
        ("g", "S1"),
        ("value", ">f8"),
    ]
    return pattern, np.dtype(fields)
