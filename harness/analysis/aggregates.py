"""Scores that combine others: an aggregate ranks its components among architectures.

They are computed from the scores of the components whenever these are analysed, and not when an
architecture is scored, since a rank depends on the other architectures.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

import proxies
from benchmarks_data.errors import InputError
from harness.analysis.statistics import Vector
from proxies.requests import direction
from proxies.status import NAN, NOT_APPLICABLE, OK, failure

Array = np.ndarray[Any, Any]
#: The status of an aggregate of an architecture that one of its components has no score of.
INCOMPLETE = "undefined: a component is missing"
#: The same where the reason is that a component is not applicable to the network.
INAPPLICABLE = f"{NOT_APPLICABLE}a component is not"


def with_aggregates(scores: pd.DataFrame, requests: Iterable[proxies.Request]) -> pd.DataFrame:
    """Return scores with those of the aggregates among *requests* at the end.

    Args:
        scores: of single proxies, as rows of index, arch, benchmark, proxy, seed, batch, score,
            seconds and status.
        requests: what is wanted.

    Raises:
        InputError: an aggregate has a component that was not scored, or not under the same seeds.
    """
    known = scores.drop_duplicates("index").set_index("index")
    indices = known.index.sort_values()
    combined = [_aggregated(scores, one, indices) for one in requests if one.components]
    if not combined:
        return scores
    rows = pd.concat(combined, ignore_index=True)
    rows = rows.assign(**{name: rows["index"].map(known[name]) for name in ("benchmark", "arch")})
    return pd.concat([scores, rows[scores.columns]], ignore_index=True)


def _aggregated(scores: pd.DataFrame, request: proxies.Request, indices: pd.Index) -> pd.DataFrame:
    """Return an aggregate's rows: under each draw its function of the components' ranks.

    Ranks are those among the architectures that have a score of every component.
    """
    parts = [
        dict(list(scores[scores["proxy"] == one.name].groupby(["seed", "batch"])))
        for one in request.components
    ]
    if absent := [one for one, part in zip(request.components, parts, strict=True) if not part]:
        names = ", ".join(one.name for one in absent)
        raise InputError(f"{request.name} combines scores, and there is none of {names}: score it")
    rows = []
    for seed, batch in max((sorted(part) for part in parts), key=len):
        # A component that reads no batch has that of the seed, a deterministic one the first seed.
        pairs = [
            next((pair for pair in ((seed, batch), (seed, seed), (0, 0)) if pair in part), None)
            for part in parts
        ]
        known = [
            part[pair].set_index("index").reindex(indices)
            for part, pair in zip(parts, pairs, strict=True)
            if pair is not None
        ]
        if len(known) < len(parts):  # runs that were merged may have other seeds of some components
            continue
        oriented = [
            direction(one.name) * part["score"].to_numpy(float)
            for one, part in zip(request.components, known, strict=True)
        ]
        values, status = _combine(request, np.column_stack(oriented))
        beside = [part["status"].str.startswith(NOT_APPLICABLE, na=False) for part in known]
        status = np.where(np.any(beside, axis=0), INAPPLICABLE, status)
        seconds = np.sum([part["seconds"].to_numpy(float) for part in known], axis=0)
        columns = {"index": indices, "proxy": request.name, "seed": seed, "batch": batch}
        made = {"score": values, "seconds": seconds, "status": status}
        rows.append(pd.DataFrame({**columns, **made}))
    if not rows:
        names = ", ".join(one.name for one in request.components)
        raise InputError(f"{request.name} combines {names}, which have no seed in common")
    return pd.concat(rows, ignore_index=True)


def _combine(request: proxies.Request, scores: Vector) -> tuple[Vector, Array]:
    """Return an aggregate's values and statuses for oriented scores (architectures, components)."""
    complete = ~np.isnan(scores).any(axis=1)
    values = np.full(len(scores), np.nan)
    reason = NAN
    if complete.any():
        try:
            result = np.asarray(request.score(rankdata(scores[complete], axis=0)), dtype=float)
            if result.shape != (complete.sum(),):
                raise ValueError(
                    f"the aggregate returned shape {result.shape}, not ({complete.sum()},)"
                )
            values[complete] = result
        except (Exception, SystemExit) as error:  # an aggregate may come from a plugin
            reason = failure(error)
    values[np.isposinf(values)] = np.nan
    return values, np.where(complete, np.where(np.isnan(values), reason, OK), INCOMPLETE)
