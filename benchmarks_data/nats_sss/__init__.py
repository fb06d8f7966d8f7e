"""NATS-Bench's size search space.

One cell in 32,768 choices of channels (Dong et al., TPAMI 2021, arXiv 2009.00437).
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
    from benchmarks_data.nats_sss.network import Network
    from benchmarks_data.table import Table

#: The numbers of channels that each of the five layers chooses from.
CHANNELS = tuple(range(8, 65, 8))
LAYERS = 5


class NatsSize:
    """The benchmark's contract (:class:`benchmarks_data.benchmark.Benchmark`).

    Indices count the choices lexicographically, from ``8:8:8:8:8`` to ``64:64:64:64:64``, as the
    official ones do.
    """

    name = "nats_sss"
    paper = "https://arxiv.org/abs/2009.00437"
    description = (
        "NATS-Bench size: one cell in 5 layers of 8 to 64 channels, trained on "
        "cifar10, cifar100, imagenet16-120"
    )
    size = len(CHANNELS) ** LAYERS
    datasets: ClassVar[Mapping[str, Dataset]] = {
        "cifar10": Dataset(10, 32),
        "cifar100": Dataset(100, 32),
        "imagenet16-120": Dataset(120, 16),
    }

    def architecture(self, index: int) -> Architecture:
        if not 0 <= index < self.size:
            raise InputError(
                f"nats_sss has no architecture {index}: indices run from 0 to {self.size - 1}"
            )
        channels = tuple(
            CHANNELS[index // len(CHANNELS) ** place % len(CHANNELS)]
            for place in reversed(range(LAYERS))
        )
        return Architecture(index, ":".join(map(str, channels)), channels)

    def index(self, string: str) -> int:
        words = string.split(":") if re.fullmatch(r"[0-9:]{1,20}", string) else []
        known = {str(channels): digit for digit, channels in enumerate(CHANNELS)}
        if len(words) != LAYERS or not set(words) <= known.keys():
            raise InputError(
                f"{string!r} is no architecture of nats_sss: expected {LAYERS} numbers of "
                "channels among "
                f"{', '.join(known)}, as in '8:16:24:32:40'"
            )
        return sum(
            known[word] * len(CHANNELS) ** place for place, word in enumerate(reversed(words))
        )

    def is_connected(self, index: int) -> bool:  # noqa: ARG002 (all have the same cell)
        return True

    def canonical(self, index: int) -> int:
        return index

    def neighbours(self, index: int) -> list[int]:
        """Return the 35 choices with another number of channels in one layer, as the published
        evolution mutates them (Dong et al., TPAMI 2021).
        """
        changed = one_changed(self.architecture(index).structure, CHANNELS)
        return sorted(self.index(":".join(map(str, channels))) for channels in changed)

    def network(self, index: int, classes: int, seed: int) -> Network:
        from benchmarks_data.nats_sss.network import Network

        return Network(self.architecture(index).structure, classes, seed)

    def table(self, folder: Path | None = None) -> Table:
        from benchmarks_data.measurements import table_in
        from benchmarks_data.target import cost_columns

        return table_in(folder, self, cost_columns(self.datasets))


BENCHMARK = NatsSize()
