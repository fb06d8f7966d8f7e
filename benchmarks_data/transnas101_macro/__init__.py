"""TransNAS-Bench-101, macro level.

3,256 chains of four to six modules (Duan et al., CVPR 2021, arXiv 2105.11871).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from benchmarks_data.benchmark import Architecture, Dataset
from benchmarks_data.edits import one_changed
from benchmarks_data.errors import InputError

if TYPE_CHECKING:
    from benchmarks_data.table import Table
    from benchmarks_data.transnas101_macro.network import Network

#: What a digit of an architecture's string does to height and width, and to the channels.
KINDS = {"1": "keep", "2": "double", "3": "halve", "4": "halve_double"}
DOUBLING, HALVING = "24", "34"
LENGTHS = range(4, 7)
#: How many modules may double the channels, and how many may halve height and width.
DOUBLINGS, HALVINGS = range(1, 4), range(1, 5)
#: The seven tasks' results on the validation set after the last epoch of one training run.
#: room_layout is a negative loss, segmentsemantic the accuracy of pixels in percent, normal and
#: autoencoder are structural similarities.
RESULTS = (
    *("class_scene", "class_object", "room_layout", "jigsaw"),
    *("segmentsemantic", "normal", "autoencoder"),
)


@cache
def codes() -> tuple[str, ...]:
    """Return the strings of all architectures in the order of their indices: sorted as text."""
    every = ("".join(code) for length in LENGTHS for code in product(KINDS, repeat=length))
    return tuple(sorted(filter(_is_valid, every)))


@cache
def _indices() -> dict[str, int]:
    return {code: index for index, code in enumerate(codes())}


def _is_valid(code: str) -> bool:
    return (
        len(code) in LENGTHS
        and sum(map(DOUBLING.count, code)) in DOUBLINGS
        and sum(map(HALVING.count, code)) in HALVINGS
    )


class TransNasMacro:
    """The benchmark's contract (:class:`benchmarks_data.benchmark.Benchmark`).

    The networks are those of the two classification tasks. Decoders of the other tasks are not
    built, so that their results can be targets of a score of the common backbone.
    """

    name = "transnas101_macro"
    paper = "https://arxiv.org/abs/2105.11871"
    description = (
        "TransNAS-Bench-101 macro: chains of 4 to 6 modules of residual blocks, trained on seven "
        "tasks of Taskonomy"
    )
    size = 3256
    datasets: ClassVar[Mapping[str, Dataset]] = {
        "class_object": Dataset(75, 256),
        "class_scene": Dataset(47, 256),
    }

    def architecture(self, index: int) -> Architecture:
        if not 0 <= index < self.size:
            raise InputError(
                f"transnas101_macro has no architecture {index}: indices run from 0 to "
                f"{self.size - 1}"
            )
        code = codes()[index]
        return Architecture(index, code, tuple(KINDS[digit] for digit in code))

    def index(self, string: str) -> int:
        if string not in _indices():
            raise InputError(
                f"{string[:40]!r} is no architecture of transnas101_macro: expected 4 to 6 digits "
                "from 1 to 4, of which one to three are 2 or 4 and one to four are 3 or 4"
            )
        return _indices()[string]

    def is_connected(self, index: int) -> bool:  # noqa: ARG002
        return True

    def canonical(self, index: int) -> int:
        return index

    def neighbours(self, index: int) -> list[int]:
        """Return the chains with another kind of one module, one module more or one fewer."""
        code = self.architecture(index).string
        near = {"".join(changed) for changed in one_changed(code, tuple(KINDS))}
        for place in range(len(code) + 1):
            near |= {code[:place] + code[place + 1 :]}
            near |= {code[:place] + digit + code[place:] for digit in KINDS}
        return sorted(_indices()[other] for other in near - {code} if _is_valid(other))

    def depth(self, index: int) -> int:
        """Return the layers of stem, modules and classifier: four of each module."""
        return 3 + 4 * len(self.architecture(index).string)

    def network(self, index: int, classes: int, seed: int) -> Network:
        from benchmarks_data.transnas101_macro.network import Network

        return Network(self.architecture(index).structure, classes, seed)

    def table(self, folder: Path | None = None) -> Table:
        from benchmarks_data.measurements import table_in

        return table_in(folder, self, RESULTS)


BENCHMARK = TransNasMacro()
