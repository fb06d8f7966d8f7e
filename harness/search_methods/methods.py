"""The methods of search; one more is a module like :mod:`harness.search_methods.freedarts` and its
name in METHODS.
"""

from __future__ import annotations

from harness.search_methods.freedarts import FREEDARTS
from harness.search_methods.method import Method

METHODS: dict[str, Method] = {method.name: method for method in (FREEDARTS,)}
