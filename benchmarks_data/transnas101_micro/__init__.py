"""TransNAS-Bench-101, micro level.

4,096 cells of six edges with four operations (Duan et al., CVPR 2021, arXiv 2105.11871).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from benchmarks_data.benchmark import Architecture, Dataset
from benchmarks_data.edits import one_changed
from benchmarks_data.errors import InputError
from benchmarks_data.nb201 import space

if TYPE_CHECKING:
    from benchmarks_data.table import Table
    from benchmarks_data.transnas101_micro.network import Network

#: What a digit of an architecture's string stands for, for the edges 0-1, 0-2, 1-2, 0-3, 1-3, 2-3.
KINDS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3")
#: The seven tasks' results, as they were republished: on the validation set, the best over the
#: epochs of one training run. That best is a maximum over noise: with the last epoch's result its
#: tau is .979 for class_scene, and .765 for class_object.
RESULTS = (
    *("class_object_top1", "class_scene_top1", "jigsaw_top1", "room_layout_neg_loss"),
    *("segmentsemantic_miou", "autoencoder_ssim", "normal_ssim"),
)
_PREFIX = "64-41414-"


class TransNasMicro:
    """The benchmark's contract (:class:`benchmarks_data.benchmark.Benchmark`).

    The networks are those of the two classification tasks. Decoders of the other tasks are not
    built, so that their results can be targets of a score of the common backbone.
    """

    name = "transnas101_micro"
    paper = "https://arxiv.org/abs/2105.11871"
    description = (
        "TransNAS-Bench-101 micro: cells of 6 edges x 4 operations, trained on seven "
        "tasks of Taskonomy"
    )
    size = len(KINDS) ** len(space.EDGES)
    datasets: ClassVar[Mapping[str, Dataset]] = {
        "class_object": Dataset(75, 256),
        "class_scene": Dataset(47, 256),
    }

    #: By pass, how often its results for these networks have been corrected: scores that were
    #: stored before are not read again. Once: a skip connection that halves the size has a ReLU,
    #: which was no module.
    corrections: ClassVar[Mapping[str, int]] = {
        "activation_codes": 1,
        "neuron_patterns": 1,
        "linear_regions": 1,
        "channel_correlation": 1,
    }

    def architecture(self, index: int) -> Architecture:
        if not 0 <= index < self.size:
            raise InputError(
                f"transnas101_micro has no architecture {index}: indices run from 0 to "
                f"{self.size - 1}"
            )
        digits = [
            index // len(KINDS) ** place % len(KINDS) for place in reversed(range(len(space.EDGES)))
        ]
        a, b, c, d, e, f = digits
        return Architecture(
            index, f"{_PREFIX}{a}_{b}{c}_{d}{e}{f}", tuple(KINDS[digit] for digit in digits)
        )

    def index(self, string: str) -> int:
        parts = re.fullmatch(re.escape(_PREFIX) + r"([0-3])_([0-3]{2})_([0-3]{3})", string)
        if not parts:
            raise InputError(
                f"{string!r} is no architecture of transnas101_micro: expected {_PREFIX}a_bc_def "
                "with digits from 0 to 3"
            )
        return int("".join(parts.groups()), len(KINDS))

    def is_connected(self, index: int) -> bool:
        return space.is_connected(self.architecture(index).structure)

    def canonical(self, index: int) -> tuple[str, ...]:
        """Return the cell without its idle edges.

        Where the two inner nodes are not joined, the first in order of both namings.
        """
        cell = self.architecture(index).structure
        kept = space.without_dead_edges(cell)
        a, b, c, d, e, f = kept
        return min(kept, (b, a, c, d, f, e)) if c == "none" else kept

    def without_dead_edges(self, index: int) -> int:
        return _index_of(space.without_dead_edges(self.architecture(index).structure))

    def neighbours(self, index: int) -> list[int]:
        """Return the 18 cells with another operation on one edge."""
        return sorted(map(_index_of, one_changed(self.architecture(index).structure, KINDS)))

    def depth(self, index: int) -> int:
        return space.depth(self.architecture(index).structure)

    def graph_features(self, index: int) -> dict[str, float]:
        return space.graph_features(self.architecture(index).structure, KINDS)

    def network(self, index: int, classes: int, seed: int) -> Network:
        from benchmarks_data.transnas101_micro.network import Network

        return Network(self.architecture(index).structure, classes, seed)

    def table(self, folder: Path | None = None) -> Table:
        from benchmarks_data.measurements import table_in

        return table_in(folder, self, RESULTS)


def _index_of(cell: Sequence[str]) -> int:
    return int("".join(str(KINDS.index(kind)) for kind in cell), len(KINDS))


BENCHMARK = TransNasMicro()
