"""What the theory's measurements say, in words."""

from __future__ import annotations

import pandas as pd

from harness.claims.plots import family
from harness.reporting.phrases import tau_text
from proxies.passes.objectives import OBJECTIVES

#: Cells or operations of which a sentence is made at least.
FEWEST = 20


def sentences(taus: pd.DataFrame, sizes: pd.DataFrame) -> list[str]:
    """Return in words what holds and what does not."""
    said = []
    for kind in ("cells", "operations"):
        for objective in OBJECTIVES:
            rows = taus[(taus["of"] == kind) & (taus["score"] == f"zeros_{objective}")]
            said.append(
                f"ZEROS of {kind}, objective {objective}, is {verdict(rows, '')} with the "
                f"bound: {_taus(rows, '')}. Whatever the "
                f"kernel's scale, it is {verdict(rows, '_scale_free')}: "
                f"{_taus(rows, '_scale_free')}."
            )
    scale = taus[(taus["of"] == "cells") & (taus["score"] == "trace")]
    said.append(
        "The bound of cells and the kernel's trace, which no label enters, have "
        f"{_taus(scale, '')}."
    )
    return said + [
        sentence for space in sizes["space"].unique() for sentence in size_sentences(space, sizes)
    ]


def verdict(rows: pd.DataFrame, suffix: str) -> str:
    """Return what a score's taus over widths come to, with the bound that *suffix* names."""
    if rows[f"tau{suffix}"].isna().all() or rows["n"].min() < FEWEST:
        return f"not judged (fewer than {FEWEST} have both numbers)"
    if rows[f"tau{suffix}_low"].isna().all():
        return "not judged (no interval)"
    below, above = (rows[f"tau{suffix}_high"] < 0).sum(), (rows[f"tau{suffix}_low"] > 0).sum()
    everywhere = " at every width" if len(rows) > 1 else ""
    if below == len(rows):
        return f"negatively correlated{everywhere}"
    if above == len(rows):
        return f"positively correlated{everywhere}"
    if below + above == 0:
        return "not significantly correlated" + (" at any width" if everywhere else "")
    return f"negatively correlated at {below}, positively at {above} of {len(rows)} widths"


def _taus(rows: pd.DataFrame, suffix: str) -> str:
    columns = [f"tau{suffix}", f"tau{suffix}_low", f"tau{suffix}_high"]
    values = (
        f"{tau_text(*(row[name] for name in columns))} at {row['channels']}"
        for row in rows.to_dict("records")
    )
    return f"tau {'; '.join(values)} channels"


def size_sentences(space: str, sizes: pd.DataFrame) -> list[str]:
    """Return in words how large the networks are that are chosen on a space."""
    said = []
    chosen = sizes[(sizes["space"] == space) & sizes["percentile"].notna() & (sizes["note"] == "")]
    for name, rows in chosen[chosen["by"] == "search"].groupby("name", sort=False):
        values = ", ".join(f"{value:.0f}" for value in rows["percentile"])
        said.append(
            f"{name} on {space} chooses networks that are larger than {values} % of random ones "
            "(a number for each seed)."
        )
    theirs = chosen[chosen["by"] == "published"]
    for group, rows in theirs.groupby(theirs["name"].map(family), sort=False):
        mean, low, high = (
            f"{value:.0f}" for value in rows["percentile"].agg(["mean", "min", "max"])
        )
        said.append(
            f"The {len(rows)} published {group} cells are larger than {mean} % of random ones on "
            f"average ({low} to {high})."
            if len(rows) > 1
            else f"The published {group} cell is larger than {mean} % of random ones."
        )
    return said
