"""NAS-Bench-Macro: chains of 8 layers with three operations each (Su et al., CVPR 2021, arXiv
2103.11922).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from benchmarks_data.benchmark import Architecture, Dataset
from benchmarks_data.edits import one_changed
from benchmarks_data.errors import InputError

if TYPE_CHECKING:
    from benchmarks_data.nbmacro.network import Network
    from benchmarks_data.table import Table

LAYERS = 8
#: What a digit of an architecture's string stands for: inverted residual blocks by kernel and
#: expansion.
KINDS = ("identity", "mbconv_3x3_e3", "mbconv_5x5_e6")


class NasBenchMacro:
    """The benchmark's contract (:class:`benchmarks_data.benchmark.Benchmark`)."""

    name = "nbmacro"
    paper = "https://arxiv.org/abs/2103.11922"
    description = (
        "NAS-Bench-Macro: chains of 8 layers x 3 operations, inverted residual blocks "
        "or none, trained on cifar10"
    )
    size = len(KINDS) ** LAYERS
    datasets: ClassVar[Mapping[str, Dataset]] = {"cifar10": Dataset(10, 32)}

    def architecture(self, index: int) -> Architecture:
        if not 0 <= index < self.size:
            raise InputError(
                f"NAS-Bench-Macro has no architecture {index}: indices run from 0 to "
                f"{self.size - 1}"
            )
        digits = [index // len(KINDS) ** place % len(KINDS) for place in reversed(range(LAYERS))]
        return Architecture(
            index, "".join(map(str, digits)), tuple(KINDS[digit] for digit in digits)
        )

    def index(self, string: str) -> int:
        if not re.fullmatch(f"[0-{len(KINDS) - 1}]{{{LAYERS}}}", string):
            raise InputError(
                f"{string!r} is no architecture of NAS-Bench-Macro: expected {LAYERS} digits "
                f"from 0 to {len(KINDS) - 1}"
            )
        return int(string, len(KINDS))

    def is_connected(self, index: int) -> bool:  # noqa: ARG002
        return True

    def canonical(self, index: int) -> int:
        return index

    def neighbours(self, index: int) -> list[int]:
        """Return the 16 chains with another operation in one layer."""
        changed = one_changed(self.architecture(index).string, "012")
        return sorted(self.index("".join(digits)) for digits in changed)

    def depth(self, index: int) -> int:
        return sum(kind != "identity" for kind in self.architecture(index).structure)

    def network(self, index: int, classes: int, seed: int) -> Network:
        from benchmarks_data.nbmacro.network import Network

        return Network(self.architecture(index).structure, classes, seed)

    def table(self, folder: Path | None = None) -> Table:
        from benchmarks_data.measurements import table_in

        return table_in(folder, self, numbers=("params", "flops"))


BENCHMARK = NasBenchMacro()
