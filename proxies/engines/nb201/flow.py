"""The synaptic flow of many cells at once, in one masked network whose edges carry the operations
of all of them.

All cells of a seed share their operations' weights, and the linearised network needs no autograd:
its adjoint is written out. On each edge the rows that use an operation are taken together; their
results are added to the node that the edge leads to. No weight gradient is needed, as <theta,
dR/dtheta> = <output, dR/doutput> = <input, adjoint(dR/doutput)>.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from benchmarks_data.nb201.space import EDGES, INPUT, OPERATIONS, OUTPUT
from proxies.engines.nb201.linear import LinearMap

#: The rows of a batch that share something: a run, or their numbers.
Rows = slice | Tensor


@dataclass(frozen=True)
class CellMaps:
    """A cell: for each edge the map of each operation but none."""

    edges: tuple[dict[str, LinearMap], ...]


@dataclass(frozen=True)
class BlockMaps:
    """The residual block between stages: shortcut(halve(x)) + second(first(x))."""

    halve: LinearMap
    shortcut: LinearMap
    first: LinearMap
    second: LinearMap


@dataclass(frozen=True)
class LinearNetwork:
    """The linearised network.

    Attributes:
        stem: what the stem makes of the all-ones image, (1, height, width, channels).
        body: cells and blocks in turn.
        head: the derivative of R by what the body puts out, (1, height, width, channels).
    """

    stem: Tensor
    body: tuple[CellMaps | BlockMaps, ...]
    head: Tensor


@dataclass(frozen=True)
class Flows:
    """The flow through the networks of some cells, all divided by exp(``log_scale``).

    Attributes:
        total: R, (rows,).
        edges: <output, dR/doutput> of each edge, (rows, cells, edges).
        blocks: of each block's shortcut and of the other branch, (rows, blocks, 2).
        log_scale: one number for each row.
    """

    total: Tensor
    edges: Tensor
    blocks: Tensor
    log_scale: list[float]


@torch.no_grad()
def flows(network: LinearNetwork, cells: Sequence[Sequence[str]]) -> Flows:
    """Return the flow through the network of each cell.

    Cells in lexicographic order take least copying.

    Args:
        network: the maps of all operations.
        cells: the operation of each of EDGES.
    """
    device = network.stem.device
    users = [
        {
            kind: _rows([cell[edge] == kind for cell in cells], device)
            for kind in _kinds(cells, edge)
        }
        for edge in range(len(EDGES))
    ]
    x = network.stem.expand(len(cells), -1, -1, -1).contiguous()
    tape: list[tuple[list[Tensor], Tensor]] = []
    for part in network.body:
        kept = (
            _through_cell(part, x, users) if isinstance(part, CellMaps) else _through_block(part, x)
        )
        x = kept.pop()
        scale = x.flatten(1).amax(dim=1)
        scale = torch.where(scale > 0, scale, torch.ones_like(scale))
        x = x / scale[:, None, None, None]
        tape.append((kept, scale))
    g = network.head.expand_as(x)
    total = _dot(x, g)
    edges, blocks = [], []
    for part, (kept, scale) in zip(reversed(network.body), reversed(tape), strict=True):
        g = g / scale[:, None, None, None]
        if isinstance(part, CellMaps):
            g, flow = _back_through_cell(part, kept, g, users)
            edges.append(flow)
        else:
            g, flow = _back_through_block(part, kept, g)
            blocks.append(flow)
    scales = torch.stack([scale for _, scale in tape], dim=1).tolist()
    return Flows(
        total,
        _stacked(edges, x),
        _stacked(blocks, x),
        [math.fsum(map(math.log, row)) for row in scales],
    )


def _kinds(cells: Sequence[Sequence[str]], edge: int) -> list[str]:
    present = {cell[edge] for cell in cells}
    return [kind for kind in OPERATIONS[1:] if kind in present]


def _rows(members: Sequence[bool], device: torch.device) -> Rows:
    numbers = [row for row, member in enumerate(members) if member]
    first, last = numbers[0], numbers[-1]
    return (
        slice(first, last + 1)
        if last - first + 1 == len(numbers)
        else torch.tensor(numbers, device=device)
    )


def _take(x: Tensor, rows: Rows) -> Tensor:
    return x[rows] if isinstance(rows, slice) else x.index_select(0, rows)


def _add(total: Tensor | None, rows: Rows, term: Tensor, size: int) -> Tensor:
    """Return *total* with *term* added to some rows; it is made where there is none."""
    if total is None:
        total = term.new_zeros(size, *term.shape[1:])
        total[rows] = term
    elif isinstance(rows, slice):
        total[rows] += term
    else:
        total.index_add_(0, rows, term)
    return total


def _dot(x: Tensor, y: Tensor) -> Tensor:
    products: Tensor = torch.linalg.vecdot(x.flatten(1), y.flatten(1))
    return products


def _through_cell(part: CellMaps, x: Tensor, users: Sequence[dict[str, Rows]]) -> list[Tensor]:
    """Return the nodes."""
    nodes: list[Tensor | None] = [x] + [None] * OUTPUT
    for (source, target), maps, used in zip(EDGES, part.edges, users, strict=True):
        for kind, rows in used.items():
            if (value := nodes[source]) is not None:
                nodes[target] = _add(
                    nodes[target], rows, maps[kind].apply(_take(value, rows)), len(x)
                )
    return [torch.zeros_like(x) if node is None else node for node in nodes]


def _back_through_cell(
    part: CellMaps, nodes: Sequence[Tensor], g: Tensor, users: Sequence[dict[str, Rows]]
) -> tuple[Tensor, Tensor]:
    """Return the derivative by the cell's input, and the flow of each edge, (rows, edges)."""
    flow = g.new_zeros(len(EDGES), len(g))
    gradients: list[Tensor | None] = [None] * OUTPUT + [g]
    for edge in reversed(range(len(EDGES))):
        source, target = EDGES[edge]
        for kind, rows in users[edge].items():
            if (above := gradients[target]) is not None:
                term = part.edges[edge][kind].adjoint(_take(above, rows))
                flow[edge, rows] = _dot(_take(nodes[source], rows), term)
                gradients[source] = _add(gradients[source], rows, term, len(g))
    first = gradients[INPUT]
    return torch.zeros_like(nodes[INPUT]) if first is None else first, flow.T


def _through_block(part: BlockMaps, x: Tensor) -> list[Tensor]:
    """Return the shortcut, the other branch, and their sum."""
    short = part.shortcut.apply(part.halve.apply(x))
    deep = part.second.apply(part.first.apply(x))
    return [short, deep, short + deep]


def _back_through_block(
    part: BlockMaps, kept: Sequence[Tensor], g: Tensor
) -> tuple[Tensor, Tensor]:
    short, deep = kept
    below = part.halve.adjoint(part.shortcut.adjoint(g)) + part.first.adjoint(
        part.second.adjoint(g)
    )
    return below, torch.stack([_dot(short, g), _dot(deep, g)], dim=1)


def _stacked(flows: list[Tensor], like: Tensor) -> Tensor:
    """Return the flows of parts that were met from the last to the first."""
    return torch.stack(flows[::-1], dim=1) if flows else like.new_zeros(len(like), 0, 0)
