"""What the passes give, for many NAS-Bench-201 cells at once."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import torch

from benchmarks_data.nb201.network import CellModule, Network
from benchmarks_data.nb201.space import (
    CONVOLUTIONS,
    EDGES,
    OPERATIONS,
    live_edges,
    without_dead_edges,
)
from proxies.engines.nb201 import ENGINE, shared
from proxies.engines.nb201.flow import Flows, LinearNetwork, flows
from proxies.passes.common import Inputs, layers_of
from proxies.passes.cost import Cost, WeightNorms, cost, weight_norms
from proxies.passes.synaptic_flow import SynapticFlow
from proxies.view import Place, cell_view

Value = TypeVar("Value")

#: Bytes that a batch of architectures may take on a CPU: twice as many are hardly faster.
CPU_MEMORY = 256 * 2**20
#: Tensors of a node's size that are alive at once while a cell is computed, beside those that wait
#: for the adjoint.
WORKING = 16


@dataclass(frozen=True)
class Shared:
    """What the architectures of a seed share.

    Attributes:
        make: returns the network of a cell.
        inputs: what may be fed to it.
    """

    make: Callable[[Sequence[str]], Network]
    inputs: Inputs

    _known: dict[Any, Any] = field(default_factory=dict)

    def uniform(self, kind: str) -> Network:
        """Return the network whose edges all carry an operation.

        It holds the operation's weights in every place.
        """
        return self._once(("uniform", kind), lambda: self.make((kind,) * len(EDGES)))

    def linear(self, form: Callable[[dict[str, Network], Inputs], LinearNetwork]) -> LinearNetwork:
        """Return a form of the linearised network, which is made once."""
        return self._once(
            form,
            lambda: form({kind: self.uniform(kind) for kind in sorted(CONVOLUTIONS)}, self.inputs),
        )

    def costs(self) -> dict[str, Cost]:
        """Return the sizes of the uniform networks."""
        return self._once(
            "costs",
            lambda: {kind: cost(cell_view(self.uniform(kind)), self.inputs) for kind in OPERATIONS},
        )

    def norms(self) -> dict[str, dict[str, float]]:
        """Return the norms of the layers of uniform networks, by name.

        Of none and of the convolutions.
        """

        def compute() -> dict[str, dict[str, float]]:
            networks = {kind: self.uniform(kind) for kind in (OPERATIONS[0], *CONVOLUTIONS)}
            return {
                kind: dict(
                    zip(
                        layers_of(network),
                        weight_norms(cell_view(network), self.inputs).norms,
                        strict=True,
                    )
                )
                for kind, network in networks.items()
            }

        return self._once("norms", compute)

    def _once(self, key: Any, compute: Callable[[], Value]) -> Value:
        if key not in self._known:
            self._known[key] = compute()
        value: Value = self._known[key]
        return value


def compute(
    name: str, sharing: Shared, cells: Sequence[Sequence[str]], memory: int | None = None
) -> list[Any]:
    """Return the result of a pass for each cell, or what its computation raised.

    Args:
        name: of a pass in the engine's passes.
        sharing: what the cells share.
        cells: the operations of each.
        memory: bytes that a batch may take; None is CPU_MEMORY, or on another device half of what
            is free.
    """
    match name:
        case "cost":
            return _costs(sharing, cells)
        case "weight_norms":
            return _norms(sharing, cells)
        case "synaptic_flow":
            return _synaptic_flows(sharing, shared.zero_padded, cells, memory)
        case "periodic_flow":
            return _synaptic_flows(sharing, shared.periodic, cells, memory)
        case "expected_flow":
            return _synaptic_flows(sharing, shared.expected, cells, memory)
    raise ValueError(f"the pass {name!r} takes one network at a time")


def _synaptic_flows(
    sharing: Shared,
    form: Callable[[dict[str, Network], Inputs], LinearNetwork],
    cells: Sequence[Sequence[str]],
    memory: int | None,
) -> list[SynapticFlow | Exception]:
    """Return the flows of cells, or what their computation raised.

    Each distinct network is computed once.
    """
    network = sharing.linear(form)
    kept = [without_dead_edges(cell) for cell in cells]
    distinct = sorted(set(kept), key=ENGINE.order)
    rows = max(1, (memory or _free(sharing.inputs.device)) // _bytes_of_a_row(network))
    flow_of: dict[tuple[str, ...], SynapticFlow | Exception] = {}
    for start in range(0, len(distinct), rows):
        batch = distinct[start : start + rows]
        flow_of.update(zip(batch, _tried(network, batch), strict=True))
    return [flow_of[cell] for cell in kept]


def _tried(
    network: LinearNetwork, batch: Sequence[tuple[str, ...]]
) -> Sequence[SynapticFlow | Exception]:
    """Return the flow of each cell of a batch.

    One that fails, as by too little memory, is computed in halves.
    """
    try:
        return _flow_of_each_row(flows(network, batch), batch)
    except Exception as error:
        if len(batch) == 1:
            return [error]
    middle = len(batch) // 2
    return [*_tried(network, batch[:middle]), *_tried(network, batch[middle:])]


def _free(device: torch.device) -> int:
    return torch.cuda.mem_get_info(device)[0] // 2 if device.type == "cuda" else CPU_MEMORY


def _bytes_of_a_row(network: LinearNetwork) -> int:
    """Return about how many bytes the computation of one row takes.

    Three nodes of each cell wait for the adjoint.
    """
    pixels, size = network.stem[0].numel(), network.stem.element_size()
    return size * pixels * (WORKING + 3 * len(network.body))


def _flow_of_each_row(batch: Flows, cells: Sequence[tuple[str, ...]]) -> list[SynapticFlow]:
    """Return the flow of each row.

    The stem and the classifier carry all of it; a branch's two convolutions carry the same.
    """
    values = zip(
        batch.total.tolist(),
        batch.edges.flatten(1).tolist(),
        batch.blocks.tolist(),
        batch.log_scale,
        strict=True,
    )
    places = [(number, edge) for number in range(batch.edges.shape[1]) for edge in EDGES]
    live: dict[tuple[bool, ...], frozenset[Place]] = {}
    results = []
    for (total, edges, blocks, log_scale), cell in zip(values, cells, strict=True):
        present = live_edges(cell)
        if present not in live:
            live[present] = frozenset(itertools.compress(places, itertools.cycle(present)))
        layers = [
            total,
            total,
            *itertools.chain.from_iterable((short, deep, deep) for short, deep in blocks),
        ]
        layers += itertools.compress(
            edges, itertools.cycle([kind in CONVOLUTIONS for kind in cell])
        )
        operations = dict(zip(places, edges, strict=True))
        results.append(
            SynapticFlow(
                operations=operations,
                live=live[present],
                log_scale=log_scale,
                total=total,
                layers=layers,
            )
        )
    return results


def _costs(sharing: Shared, cells: Sequence[Sequence[str]]) -> list[Cost]:
    """Return the sizes: every edge adds the same for an operation, a sixth of what six add."""
    known = sharing.costs()
    none = known[OPERATIONS[0]]
    params, flops, convs, layers = (
        {
            kind: (getattr(one, name) - getattr(none, name)) // len(EDGES)
            for kind, one in known.items()
        }
        for name in ("params", "flops", "live_convs", "layers")
    )
    return [
        Cost(
            params=none.params + sum(params[kind] for kind in cell),
            flops=none.flops + sum(flops[kind] for kind in cell),
            live_params=none.params + sum(params[kind] for kind in without_dead_edges(cell)),
            live_convs=sum(convs[kind] for kind in without_dead_edges(cell)),
            layers=none.layers + sum(layers[kind] for kind in cell),
        )
        for cell in cells
    ]


def _norms(sharing: Shared, cells: Sequence[Sequence[str]]) -> list[WeightNorms]:
    """Return the norms of the layers of each network, those of its cells last."""
    norms = sharing.norms()
    skeleton = list(norms[OPERATIONS[0]].values())
    numbers = [
        number
        for number, part in enumerate(sharing.uniform(OPERATIONS[0]).body)
        if isinstance(part, CellModule)
    ]
    of_edge = {
        (edge, kind): [
            norms[kind][f"body.{number}.edges.{edge[0]}-{edge[1]}-{kind}.1"] for number in numbers
        ]
        for edge in EDGES
        for kind in CONVOLUTIONS
    }
    return [
        WeightNorms(
            skeleton
            + [norm for taken in zip(EDGES, cell, strict=True) for norm in of_edge.get(taken, ())]
        )
        for cell in cells
    ]
