"""What a benchmark is: the contract that the harness relies on."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from torch import nn

    from benchmarks_data.table import Table


@dataclass(frozen=True)
class Dataset:
    """The input that a benchmark's networks take.

    Attributes:
        classes: how many there are.
        image_size: height of an image in pixels, and its width where none is given.
        width: of an image in pixels that is not square.
        channels: 3 of an RGB image, or 1.
    """

    classes: int
    image_size: int
    width: int | None = None
    channels: int = 3

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        return self.channels, self.image_size, self.width or self.image_size


@dataclass(frozen=True)
class Tokens:
    """The input of networks that take sequences of tokens.

    Attributes:
        classes: how many there are; of a language model, which predicts the next token, as many as
            tokens.
        vocabulary: how many tokens there are: ids run from 0 to vocabulary - 1.
        length: of a sequence.
    """

    classes: int
    vocabulary: int
    length: int

    @property
    def shape(self) -> tuple[int]:
        """The length of a sequence."""
        return (self.length,)

    @property
    def predicts_next(self) -> bool:
        """Whether the classes are the tokens, and the class of a sequence is the next one."""
        return self.classes == self.vocabulary


@dataclass(frozen=True)
class Architecture:
    """One entry of a benchmark: its official string and its structure (for cell spaces, the
    operation of each edge).
    """

    index: int
    string: str
    structure: tuple[Any, ...]


@dataclass(frozen=True)
class Operation:
    """A candidate operation inside a built network, as a proxy sees it.

    The module, and where it stands.

    ``live`` says whether its output can reach the network's output: it is not ``none`` and lies on
    a path through its cell.
    """

    cell: int
    edge: tuple[int, int]
    kind: str
    live: bool
    module: nn.Module


class CellNetwork(Protocol):
    """What a built network offers beyond ``nn.Module``.

    It may have ``pixelwise = True`` besides, when all that moves or mixes pixels are modules (those
    of `torch.nn` for convolution, average and maximum pooling and upsampling, and
    `benchmarks_data.layers.ShiftByPixel`) and what follows is averaged over space: scores
    on a torus then take one pixel for all, which is faster. Interpolation to the size of another
    map need be no module, as pixels are then of one size.
    """

    @property
    def operations(self) -> list[Operation]:
        """Every operation of every edge of every cell, in order."""

    @property
    def stages(self) -> list[nn.Module]:
        """Modules that follow one another, so that scaling the output of one scales the network's
        output alike.
        """


@runtime_checkable
class PrunesDeadEdges(Protocol):
    """What a benchmark may offer.

    Which architectures have equal networks but for operations that cannot matter.
    """

    def without_dead_edges(self, index: int) -> int:
        """Return the architecture without the operations of *index* that no path from input to
        output passes.

        All other operations must have the same weights under the same seed.
        """


@runtime_checkable
class HasNeighbours(Protocol):
    """What a benchmark may offer, for searches that change an architecture step by step."""

    def neighbours(self, index: int) -> list[int]:
        """Return the architectures that differ from *index* by one edit, in ascending order.

        All are of the benchmark, and *index* is not among them. The relation is symmetric. Raise
        InputError when there is no such architecture.
        """


@runtime_checkable
class HasGraphFeatures(Protocol):
    """What a benchmark may offer, for models that are fitted to accuracies."""

    def graph_features(self, index: int) -> Mapping[str, float]:
        """Return the features of an architecture's graph by name, the same names for each
        (:mod:`benchmarks_data.graph_features`).

        Architectures that differ in idle operations alone have the same. Raise InputError when
        there is no such architecture.
        """


@runtime_checkable
class HasParts(Protocol):
    """What a benchmark may offer whose tables are no uniform samples of it: parts that differ, and
    how large each is, so that figures can be given by part and weighted to the whole.

    Attributes:
        parted_by: what tells the parts apart, for people: ``number of vertices``.
    """

    parted_by: str

    def part(self, index: int) -> str:
        """Return the part that an architecture is in."""

    def shares(self) -> Mapping[str, float]:
        """Return the share of all architectures that each part has, in each population; they sum to
        1. Parts are shown in this order.
        """


#: What a benchmark has, but for its table.
PARTS = (
    "name",
    "description",
    "size",
    "datasets",
    "architecture",
    "index",
    "is_connected",
    "canonical",
    "network",
)


def absent_parts(given: object, *, table: bool = True) -> list[str]:
    """Return what an object lacks to be a benchmark, its *table* among it if that is needed.

    No value is asked for: a list has a size once it is open.
    """
    offered = dir(given)
    return [part for part in (*PARTS, *(["table"] if table else [])) if part not in offered]


class Benchmark(Protocol):
    """A tabular benchmark: architectures by index, the networks that they stand for, and their
    trained results.

    It may have ``depth`` besides, a method from an index to the number of layers with weights on
    the longest live path (or the part of it in which its architectures differ), which the harness
    then counts among their sizes; the methods of `PrunesDeadEdges`,
    `HasNeighbours`, `HasGraphFeatures` and `HasParts`; and ``corrections``, pass -> number: how
    often the results of a pass of `proxies.passes` have changed for its networks. A stored score
    of a proxy that reads the pass belongs to one such number. ``paper`` is the link to the paper
    that it comes from, or several links: of the space, and of who trained. ``variant_of`` names a
    benchmark that has the same architectures and results, in other networks. With ``observed =
    True`` each network is seen to run before it is scored, as those of callers are, and what a
    score cannot say about it is ``not applicable``; its ``operations`` and ``stages`` may be None
    then, which means that they are unknown. It may also have ``blocks``, modules of one tensor that
    follow one another, whose activations a pass may compute twice to save memory,
    ``embeddings``, modules whose parameters are no weights of layers, and ``head_inputs``, linear
    layers whose outputs are split into heads of attention; an operation of the kind
    ``feed_forward`` is a feed-forward part. Without it, all scores apply but those of transformers.
    """

    name: str
    description: str
    size: int

    @property
    def datasets(self) -> Mapping[str, Dataset | Tokens]:
        """The datasets that the networks were trained on, by name, the main one first."""

    def architecture(self, index: int) -> Architecture:
        """Return the architecture of *index*; raise InputError when there is none."""

    def index(self, string: str) -> int:
        """Return the index of an architecture string; raise InputError when it is malformed."""

    def is_connected(self, index: int) -> bool:
        """Return whether the network's output depends on its input."""

    def canonical(self, index: int) -> Hashable:
        """Return the isomorphism class of *index*."""

    def network(self, index: int, classes: int, seed: int) -> Any:
        """Return the published network, which is a CellNetwork.

        Float32, CPU, training mode, weights drawn from *seed*.
        """

    def table(self, folder: Path | None = None) -> Table:
        """Return the trained results.

        From *folder*, or without one those that install with the project. It may be several folders
        and files as one path, joined by ``os.pathsep``, which
        :func:`benchmarks_data.measurements.table_in` understands.
        """


def takes_tokens(benchmark: Benchmark) -> bool:
    """Return whether the networks of a benchmark take sequences of tokens."""
    return any(isinstance(one, Tokens) for one in benchmark.datasets.values())
