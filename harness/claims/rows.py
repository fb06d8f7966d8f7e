"""The theory's measurements as frames: cells, operations, correlations, sizes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from msgspec.structs import asdict
from scipy import stats

import benchmarks_data
from benchmarks_data import spaces
from benchmarks_data.spaces.choice import NONE
from harness.claims.kernel import BENCHMARK, DATASET, SCORES, Design
from harness.claims.statistics import over_seeds
from harness.files.theory_record import CellRecord, SizeRecord, SupernetRecord
from harness.search_methods.numerics import ROUNDING, meaningless
from harness.search_methods.outcomes import random_sizes
from proxies.passes.cost import parameters_of
from proxies.passes.objectives import OBJECTIVES, preset

#: Random architectures whose sizes are counted.
RANDOM = {BENCHMARK: 1000, "darts": 300}
#: What taus are with, by the suffix of their columns.
AGAINST = {"": "bound", "_scale_free": "scale_free_bound", "_trace": "trace"}


def correlations(cells: pd.DataFrame, operations: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each kind, width and score.

    Its tau with the bound, with that of the scaled kernel, and with the trace.

    Scores are ZEROS by objective, of cells the baselines SynFlow and params too, and the trace
    itself.
    """
    rows = []
    for width, group in cells.groupby("channels"):
        rows += [_row("cells", width, name, name, group) for name in (*SCORES, "trace")]
    for width, group in operations.groupby("channels"):
        named = {**{f"zeros_{objective}": objective for objective in OBJECTIVES}, "trace": "trace"}
        rows += [_row("operations", width, name, column, group) for name, column in named.items()]
    return pd.DataFrame(rows)


def _row(kind: str, width: object, name: str, column: str, group: pd.DataFrame) -> dict[str, Any]:
    items = ["index"] if kind == "cells" else ["choice", "operation"]
    seeds = list(group["seed"].unique())
    wide = {
        one: group.pivot(index=items, columns="seed", values=one).astype(float)
        for one in {column, *AGAINST.values()}
    }
    row: dict[str, Any] = {"of": kind, "channels": width, "score": name}
    for suffix, other in AGAINST.items():
        known = wide[column].notna().all(axis=1) & wide[other].notna().all(axis=1)
        if not suffix:
            row |= {"n": int(known.sum()), "missing": int((~known).sum())}
        if column != other:
            one, against = wide[column][known], wide[other][known]
            pairs = [(one[seed].to_numpy(), against[seed].to_numpy()) for seed in seeds]
            tau = over_seeds(pairs, sampled=kind == "cells")
            row |= {
                f"tau{suffix}": tau.value,
                f"tau{suffix}_low": tau.low,
                f"tau{suffix}_high": tau.high,
            }
    return row | {"seeds": len(seeds)}


def cell_rows(cells: Mapping[tuple[int, int, int], CellRecord]) -> pd.DataFrame:
    """Return a row for each seed, cell and width."""
    benchmark = benchmarks_data.get(BENCHMARK)
    return pd.DataFrame(
        {
            "index": index,
            "arch": benchmark.architecture(index).string,
            "channels": width,
            **asdict(values),
            "seed": seed,
        }
        for (seed, index, width), values in cells.items()
    )


def operation_rows(
    supernets: Mapping[tuple[int, int], SupernetRecord],
) -> pd.DataFrame:
    """Return a row for each seed, width and candidate operation but none, whose sensitivity is 0
    whatever the supernet does.
    """
    choices = spaces.get(BENCHMARK).choices
    rows = []
    for (seed, width), supernet in supernets.items():
        tables = asdict(supernet)
        for number, choice in enumerate(choices):
            for place, kind in enumerate(choice.operations):
                if kind != NONE:
                    values = {name: table[number][place] for name, table in tables.items()}
                    rows.append(
                        {
                            "channels": width,
                            "choice": choice.name,
                            "operation": kind,
                            **values,
                            "seed": seed,
                        }
                    )
    return pd.DataFrame(rows)


def size_rows(
    searches: Mapping[tuple[str, str, int], SizeRecord],
    published: Mapping[str, Any],
    cells: pd.DataFrame,
    design: Design,
) -> pd.DataFrame:
    """Return the size of what each search, each published genotype and each score's first cell has,
    and its percentile.

    Column note marks searches whose sensitivities are rounding errors.
    """
    rows = [
        {"space": space, "by": "search", "name": f"zeros, {objective}", "seed": seed} | asdict(size)
        for (space, objective, seed), size in searches.items()
    ]
    rows += [*_sizes_of_first(cells), *_sizes_of_published(published)]
    frame = pd.DataFrame(rows, columns=["space", "by", "name", "seed", "arch", "params", "fault"])
    drawn = {space: random_sizes(space, count, design.seed) for space, count in RANDOM.items()}
    frame["percentile"] = [
        math.nan
        if pd.isna(row["params"])
        else float(stats.percentileofscore(drawn[row["space"]], row["params"], kind="mean"))
        for row in frame.to_dict("records")
    ]
    notes = [
        ROUNDING if meaningless(space, name, preset(design.preset, name, space)) else ""
        for space, name, _ in searches
    ]
    frame["note"] = notes + [""] * (len(frame) - len(notes))
    for space, sizes in drawn.items():
        mean: dict[str, Any] = {
            "space": space,
            "by": "random",
            "name": f"mean of {len(sizes)} random",
        }
        mean |= {"params": float(np.mean(sizes)), "percentile": 50.0, "note": ""}
        frame = pd.concat([frame, pd.DataFrame([mean])], ignore_index=True)
    return frame


def _sizes_of_first(cells: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield the size of each score's first cell, in the widest networks of the first seed."""
    widest = cells[
        (cells["channels"] == cells["channels"].max()) & (cells["seed"] == cells["seed"].min())
    ]
    benchmark = benchmarks_data.get(BENCHMARK)
    for name in SCORES[:-1]:
        first = widest.loc[widest[name].astype(float).idxmax()]
        size = parameters_of(benchmark.network(int(first["index"]), 10, 0))
        row = {"space": BENCHMARK, "by": "sample", "name": f"highest {name}"}
        yield row | {"arch": first["arch"], "params": size}


def _sizes_of_published(published: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, genotype in published.items():
        size = parameters_of(spaces.get("darts").network(genotype, DATASET, 0))
        row = {"space": "darts", "by": "published", "name": name}
        yield row | {"arch": str(genotype), "params": size}
