"""A network as passes see it: its module, and what is known about its parts. Needs no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import nn

    from benchmarks_data.benchmark import Operation

#: (cell, edge) of an operation.
Place = tuple[int, tuple[int, int]]


NO_OPERATIONS = (
    "the score needs the operations of the network's cells, which are unknown: give operations="
)


class NotApplicable(Exception):
    """A score needs what this network does not have. The message says what."""


@dataclass(frozen=True)
class Anatomy:
    """What a network does with a batch, as :func:`proxies.passes.probe.anatomy` has seen it.

    Attributes:
        images: whether it takes images; otherwise its samples are tokens, or several tensors.
        operators: the names of PyTorch's operators that it calls, views and shapes left out.
        output: the shape of its output for a batch of 2; None where it is no tensor.
        random: whether it draws random numbers, dropout being off.
        unstable: whether it puts out something else for the same batch when it is run again.
        varies: whether it calls other operators for a batch of another size.
        relus_by_sample: whether the first axis of every ReLU's output counts the samples.
        relus_hidden: whether some ReLUs are computed where nothing can watch them.
        layers_by_sample: the same of every convolution and linear layer.
        outside: which weights it multiplies by outside Conv2d and Linear modules, in words; empty
            when there are none.
        products: whether it multiplies matrices of activations by one another, as attention does.
        gates: whether it multiplies or divides activations by one another elementwise.
        other_parameters: a parameter of no Conv2d, Linear or normalisation; empty when there is
            none.
        frozen: a layer whose weights need no gradient; empty when there is none.
        norms: whether batch normalisation by running statistics is outside its modules.
        batch_norms: the same of normalisation by the batch's, or the image's, own statistics.
        maps: whether a Linear is applied at several places, or to tokens.
        tied: two layers that share a weight, in words; empty when there are none.
        pads_by_itself: whether something pads besides Conv2d and the modules of pooling.
    """

    images: bool
    operators: frozenset[str]
    output: tuple[int, ...] | None
    random: bool
    unstable: bool
    varies: bool
    relus_by_sample: bool
    relus_hidden: bool
    layers_by_sample: bool
    outside: str
    products: bool
    gates: bool
    other_parameters: str
    frozen: str
    norms: bool
    batch_norms: bool
    maps: bool
    tied: str
    pads_by_itself: bool


@dataclass(frozen=True)
class View:
    """A network, with its operations and stages where they are known.

    ``View(module)`` is that of any network, about whose parts nothing is known.

    Attributes:
        module: the network: images (batch, channels, height, width) -> logits (batch, classes).
        known_operations: every operation of every edge of every cell, in order; None: unknown.
        known_stages: modules that follow one another, so that scaling all that one puts out scales
            the network's output alike; None: unknown.
        anatomy: what the network has been seen to do, by which passes tell whether they apply;
            None for the networks of a benchmark, to which all passes do.
        pixelwise: whether the network tells no pixel from another, but for convolutions, poolings,
            shifts and changes of size, which are modules: on a torus one pixel then stands for all.
        blocks: modules that follow one another, each of one tensor; a pass may forget their
            activations, and compute them again.
        embeddings: modules that turn tokens into vectors, and back. No score reads their weights as
            those of layers, and sizes count them apart. None: unknown.
        head_inputs: the linear layers whose outputs are split into heads of attention.
    """

    module: nn.Module
    known_operations: Sequence[Operation] | None = None
    known_stages: Sequence[nn.Module] | None = None
    anatomy: Anatomy | None = None
    pixelwise: bool = False
    blocks: Sequence[nn.Module] = ()
    embeddings: Sequence[nn.Module] | None = ()
    head_inputs: Sequence[nn.Module] = ()

    @property
    def recomputed(self) -> Sequence[nn.Module]:
        """What may be computed again to save memory: blocks, or stages where these are known."""
        return self.blocks or self.known_stages or ()

    @property
    def operations(self) -> Sequence[Operation]:
        """The operations; raise NotApplicable where they are unknown."""
        if self.known_operations is None:
            raise NotApplicable(NO_OPERATIONS)
        return self.known_operations

    @property
    def stages(self) -> Sequence[nn.Module]:
        """The stages; raise NotApplicable where they are unknown."""
        if self.known_stages is None:
            raise NotApplicable(
                "the score needs the stages of the network, which are unknown: give stages="
            )
        return self.known_stages

    @property
    def live_places(self) -> frozenset[Place] | None:
        """The places of live operations; None where operations are unknown."""
        if self.known_operations is None:
            return None
        return frozenset((one.cell, one.edge) for one in self.known_operations if one.live)

    def by_place(self, values: Mapping[nn.Module, float]) -> dict[Place, float] | None:
        """Return values of the operations' modules by place; None where operations are unknown."""
        if self.known_operations is None:
            return None
        return {(one.cell, one.edge): values[one.module] for one in self.known_operations}


def cell_view(network: Any) -> View:
    """Return the view of a network that names its operations and stages.

    Args:
        network: a :class:`benchmarks_data.benchmark.CellNetwork`, as every benchmark builds.
    """
    return View(
        network,
        network.operations,
        network.stages,
        pixelwise=getattr(network, "pixelwise", False),
    )
