"""Cells of the DARTS space, and how they are written.

Liu, Simonyan, Yang, "DARTS: Differentiable Architecture Search", ICLR 2019,
https://arxiv.org/abs/1806.09055, section 3.1.1: a cell has two input nodes (0 and 1: the outputs of
the two cells before) and four further ones (2 to 5), each of which sums two operations on earlier
nodes; the cell's output holds the channels of these four.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks_data.errors import InputError
from benchmarks_data.spaces.choice import NONE, Choice

OPERATIONS = (
    NONE,
    "max_pool_3x3",
    "avg_pool_3x3",
    "skip_connect",
    "sep_conv_3x3",
    "sep_conv_5x5",
    "dil_conv_3x3",
    "dil_conv_5x5",
)
INPUTS, NODES, EDGES_PER_NODE = 2, 4, 2
#: The nodes whose outputs a cell joins.
CONCAT = tuple(range(INPUTS, INPUTS + NODES))

#: The choices of the search network: an operation for every edge of both cells.
CELLS = ("normal", "reduce")
CHOICES = tuple(
    Choice(f"{cell} {source}-{node}", (source, node), OPERATIONS, cell)
    for cell in CELLS
    for node in range(INPUTS, INPUTS + NODES)
    for source in range(node)
)
#: An operation and the node that it reads.
Term = tuple[str, int]
_TEXT = re.compile(
    r"normal:(?P<normal>{cell});reduce:(?P<reduce>{cell})".format(
        cell=r"[a-z0-9_]+~[0-9](?:\|[a-z0-9_]+~[0-9])*"
    )
)


def reduces_at(place: int, cells: int) -> bool:
    """Return whether the cell at a *place* from 0 of a row of *cells* is a reduction cell."""
    return place in (cells // 3, 2 * cells // 3)


@dataclass(frozen=True)
class Genotype:
    """The two cells of a DARTS network.

    For each node in turn its two terms, and the nodes whose outputs are joined.
    """

    normal: tuple[Term, ...]
    reduce: tuple[Term, ...]
    normal_concat: tuple[int, ...] = CONCAT
    reduce_concat: tuple[int, ...] = CONCAT

    def __post_init__(self) -> None:
        for name, cell, concat in (
            ("normal", self.normal, self.normal_concat),
            ("reduce", self.reduce, self.reduce_concat),
        ):
            _check_cell(name, cell, concat)

    def __str__(self) -> str:
        """Return the cells as the DARTS code prints them."""
        return (
            f"Genotype(normal={list(self.normal)}, normal_concat={list(self.normal_concat)}, "
            f"reduce={list(self.reduce)}, reduce_concat={list(self.reduce_concat)})"
        )

    @property
    def text(self) -> str:
        """The cells as tables write them, without the nodes that are joined."""
        cells = (
            "|".join(f"{kind}~{source}" for kind, source in cell)
            for cell in (self.normal, self.reduce)
        )
        return "normal:{};reduce:{}".format(*cells)

    def as_dict(self) -> dict[str, Any]:
        """Return the cells as plain lists, as :func:`genotype` takes them."""
        return {
            "normal": [list(term) for term in self.normal],
            "normal_concat": list(self.normal_concat),
            "reduce": [list(term) for term in self.reduce],
            "reduce_concat": list(self.reduce_concat),
        }


def _check_cell(name: str, cell: Sequence[Term], concat: Sequence[int]) -> None:
    if len(cell) != NODES * EDGES_PER_NODE:
        raise InputError(
            f"a {name} cell has {NODES * EDGES_PER_NODE} operations, two for each of {NODES} "
            f"nodes, not {len(cell)}"
        )
    for place, (kind, source) in enumerate(cell):
        node = INPUTS + place // EDGES_PER_NODE
        if kind not in OPERATIONS:
            raise InputError(
                f"{kind!r} is no operation of a DARTS cell: expected one of {', '.join(OPERATIONS)}"
            )
        if not 0 <= source < node:
            raise InputError(
                f"node {node} of a {name} cell reads nodes 0 to {node - 1}, not {source}"
            )
    if (
        not concat
        or len(set(concat)) != len(concat)
        or not set(concat) <= set(range(INPUTS, INPUTS + NODES))
    ):
        raise InputError(
            f"a {name} cell joins some of its nodes {INPUTS} to {INPUTS + NODES - 1}, not "
            f"{list(concat)}"
        )


def genotype(entry: object) -> Genotype:
    """Return the genotype that a JSON object with ``normal``, ``reduce`` and perhaps their
    ``_concat`` describes.

    Raises:
        InputError: it describes none.
    """
    if not isinstance(entry, Mapping):
        raise InputError("a genotype is an object with 'normal' and 'reduce'")
    try:
        normal, reduce = (
            tuple((str(kind), _node(source)) for kind, source in entry[key])
            for key in ("normal", "reduce")
        )
        concats = (
            tuple(map(_node, entry.get(key, CONCAT))) for key in ("normal_concat", "reduce_concat")
        )
        return Genotype(normal, reduce, *concats)
    except InputError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"a genotype has lists of [operation, node] in 'normal' and 'reduce': {error}"
        ) from error


def genotype_of_text(text: str) -> Genotype:
    """Return the genotype that a table writes as ``normal:op~node|...;reduce:op~node|...``.

    Each node in turn has two terms.

    Raises:
        InputError: it is none.
    """
    parts = _TEXT.fullmatch(text)
    if not parts:
        raise InputError(
            f"{text[:300]!r} is no genotype: expected normal:op~node|...;reduce:op~node|..., with "
            f"two terms for each of {NODES} nodes"
        )
    normal, reduce = (
        tuple((term[:-2], int(term[-1])) for term in parts[name].split("|"))
        for name in ("normal", "reduce")
    )
    return Genotype(normal, reduce)


def printed_genotype(text: str) -> Genotype:
    """Return the genotype that a search prints as ``Genotype(normal=[('skip_connect', 0), ...],
    normal_concat=range(2, 6), reduce=..., reduce_concat=...)``. The text is read, never run.

    Raises:
        InputError: it is none.
    """
    try:
        call = ast.parse(text.strip(), mode="eval").body
        if not (isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Genotype"):
            raise ValueError
        return genotype({str(one.arg): _literal(one.value) for one in call.keywords})
    except InputError:
        raise
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
        raise InputError(
            f"{text[:300]!r} is no genotype: expected Genotype(normal=[('skip_connect', 0), ...], "
            "reduce=...)"
        ) from error


def _literal(node: ast.expr) -> Any:
    """Return the value of a literal, or of range(first, end) of small numbers, as a list."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "range":
        first, end = (_node(ast.literal_eval(one)) for one in node.args)
        if node.keywords or not 0 <= first <= end <= INPUTS + NODES:
            raise ValueError
        return list(range(first, end))
    return ast.literal_eval(node)


def _node(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{value!r} is no node")
    return value
